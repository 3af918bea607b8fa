"""Manifests: the files of build tools are read unchanged, and anything else is refused."""

import json

import pytest

from domain.documents import manifests, trusted_documents
from domain.documents.manifests import APOLLO, PAIRS
from domain.documents.trusted_documents import DocumentIdTakenError, ManifestNameTakenError
from domain.errors import InvalidInputError, NotFoundError
from domain.signals import Signal
from tests.builders import mint
from tests.builders.accounts import NOON
from tests.builders.manifests import FILES, a_file
from tests.fakes.trusted_documents import FakeTrustedDocuments


@pytest.mark.parametrize("name", FILES)
def test_the_file_of_a_build_tool_is_read_unchanged(name: str) -> None:
    written = json.loads(a_file(name))

    file = manifests.read(a_file(name))

    listed = {o["id"]: o["body"] for o in written["operations"]} if name == "apollo" else written
    assert {d.document_id: d.text for d in file.documents} == listed
    assert file.format == (APOLLO if name == "apollo" else PAIRS)


@pytest.mark.parametrize("name", ["relay", "codegen", "apollo"])
def test_the_ids_of_these_build_tools_are_hashes_of_the_text(name: str) -> None:
    documents = manifests.read(a_file(name)).documents

    assert all(document.digest == document.document_id for document in documents)


def test_an_id_with_the_prefix_sha256_must_be_the_hash() -> None:
    text = "{ __typename }"
    digest = manifests.ManifestDocument(document_id="", text=text).digest

    file = manifests.read(json.dumps({f"sha256:{digest}": text}))

    assert file.documents[0].digest == digest
    with pytest.raises(InvalidInputError, match=digest):
        manifests.read(json.dumps({"sha256:" + "0" * 64: text}))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("nonsense", "JSON"),
        ("[" * 100_000, "JSON"),
        ("[]", "object"),
        ("{}", "1 to"),
        ('{"a": 5}', "The value of a "),
        ('{"a": " "}', "The value of a "),
        ('{"": "{ a }"}', "An id"),
        ('{"%s": "{ a }"}' % ("x" * 201), "An id"),
        ('{"a": "{ a }", "a": "{ b }"}', "a is the id of two"),
        ('{"format": "apollo-persisted-query-manifest", "version": 2, "operations": []}', "version 1"),
        ('{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [5]}', "An id"),
        (
            '{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [%s, %s]}'
            % ('{"id": "a", "body": "{ a }"}', '{"id": "a", "body": "{ b }"}'),
            "a is the id of two",
        ),
    ],
)
def test_anything_else_is_refused_with_the_reason(content: str, reason: str) -> None:
    with pytest.raises(InvalidInputError, match=reason):
        manifests.read(content)


async def test_an_import_and_a_retirement_are_signalled() -> None:
    store, signals = FakeTrustedDocuments(), list[Signal]()
    file = manifests.read(a_file("relay"))

    manifest = await trusted_documents.add(
        store, name="app@1", file=file, mint=mint, now=NOON, emit=signals.append
    )
    await trusted_documents.retire(store, name="app@1", now=NOON, emit=signals.append)

    assert [signal.topic for signal in signals] == ["documents"] * 2
    assert {signal.body for signal in signals} == {manifest.id}
    assert await store.in_force() == []


async def test_taken_names_and_ids_are_refused_without_a_signal() -> None:
    store, signals = FakeTrustedDocuments(), list[Signal]()
    file, other = manifests.read('{"1": "{ a }"}'), manifests.read('{"1": "{ b }"}')
    await trusted_documents.add(store, name="app@1", file=file, mint=mint, now=NOON, emit=lambda _: None)

    with pytest.raises(ManifestNameTakenError):
        await trusted_documents.add(store, name="app@1", file=file, mint=mint, now=NOON, emit=signals.append)
    with pytest.raises(DocumentIdTakenError, match="1"):
        await trusted_documents.add(store, name="app@2", file=other, mint=mint, now=NOON, emit=signals.append)
    with pytest.raises(InvalidInputError):
        await trusted_documents.add(
            store, name="no good", file=file, mint=mint, now=NOON, emit=signals.append
        )
    with pytest.raises(NotFoundError):
        await trusted_documents.retire(store, name="app@9", now=NOON, emit=signals.append)

    assert signals == []
