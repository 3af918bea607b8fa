"""Trusted documents: prepared once, found by all their names, and refused at import if they cannot run."""

import pytest

from domain.documents import manifests
from domain.documents.manifests import ManifestDocument
from graph.documents.limits import Limits
from graph.documents.prepared import DocumentCache, RefusedDocumentError
from graph.documents.trusted_documents import TrustedDocumentSet, refusals
from graph.schema import executable
from tests.builders.manifests import FILES, a_document, a_file

WHO = "query Who { viewer { user { handle } } } query Hello { __typename }"


@pytest.fixture
def documents() -> DocumentCache:
    return DocumentCache(executable(), limits=Limits(), hide_suggestions=False)


@pytest.fixture
def trusted(documents: DocumentCache) -> TrustedDocumentSet:
    return TrustedDocumentSet(documents)


def test_a_document_is_found_by_its_id_its_hash_and_its_text(trusted: TrustedDocumentSet) -> None:
    document = a_document("app/who", WHO)

    trusted.replace([document])

    found = trusted.by_name("app/who")
    assert found is not None
    assert found is trusted.by_name(f"sha256:{document.digest}") is trusted.by_text(WHO)
    assert trusted.by_name(document.digest) is None
    assert trusted.by_text(WHO + " ") is None


def test_an_id_that_is_a_hash_is_also_found_with_the_prefix_sha256(
    trusted: TrustedDocumentSet,
) -> None:
    file = manifests.read(a_file("apollo"))

    trusted.replace(file.documents)

    for document in file.documents:
        assert trusted.by_name(document.document_id) is trusted.by_name(f"sha256:{document.document_id}")


def test_each_operation_is_prepared_once_and_survives_other_documents(trusted: TrustedDocumentSet) -> None:
    trusted.replace([a_document("a", WHO)])
    before = trusted.by_name("a")
    assert before is not None
    prepared = before.operation("Who")

    trusted.replace([a_document("a", WHO), a_document("b"), a_document("c", WHO)])

    after = trusted.by_name("a")
    assert after is trusted.by_name("c")
    assert after is not None
    assert after.operation("Who") is prepared
    assert after.operation("Hello") is not prepared
    assert len(trusted) == 2


def test_a_document_that_is_no_longer_listed_is_not_trusted(trusted: TrustedDocumentSet) -> None:
    trusted.replace([a_document("a", WHO)])

    trusted.replace([a_document("b")])

    assert trusted.by_name("a") is trusted.by_text(WHO) is None


async def test_documents_are_compiled_before_their_first_request(
    documents: DocumentCache, trusted: TrustedDocumentSet
) -> None:
    listed = [d for name in FILES for d in manifests.read(a_file(name)).documents]
    trusted.replace([*listed, a_document("broken", "{ renamed }")])

    invalid = await trusted.compile()
    compiled = documents.compilations.count

    assert invalid == ["broken"]
    assert compiled == len(trusted) - 1
    for document in listed:
        found = trusted.by_name(document.document_id)
        assert found is not None
        prepared = found.operation(None)
        values = prepared.values({"first": 2, "by": {"handle": "ada"}})
        assert not isinstance(values, list)
        assert prepared.variants.plan(values, {}) is not None
    assert documents.compilations.count == compiled


def test_a_missing_operation_is_refused(trusted: TrustedDocumentSet) -> None:
    trusted.replace([a_document("a", WHO)])
    found = trusted.by_name("a")
    assert found is not None

    for name in (None, "Other"):
        with pytest.raises(RefusedDocumentError):
            found.operation(name)


@pytest.mark.parametrize("name", FILES)
def test_manifests_of_build_tools_can_be_trusted(documents: DocumentCache, name: str) -> None:
    assert refusals(documents, manifests.read(a_file(name)).documents) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("query Broken {", "bad: Syntax Error"),
        ("query Old { renamed }", "bad (Old): Cannot query field 'renamed'"),
        ("fragment F on Query { __typename }", "bad: "),
        ("{ __typename } { __typename }", "bad: "),
        ("query Large { " + " ".join(f"a{n}: __typename" for n in range(31)) + " }", "bad (Large): "),
        ("query Fine { __typename } query Old { renamed }", "bad (Fine, Old): "),
    ],
)
def test_a_document_that_cannot_run_is_listed_with_the_reason(
    documents: DocumentCache, text: str, line: str
) -> None:
    lines = refusals(documents, [a_document("good"), ManifestDocument(document_id="bad", text=text)])

    assert lines
    assert all(each.startswith(line) for each in lines)


def test_a_document_is_too_large_if_its_smallest_pages_are() -> None:
    documents = DocumentCache(executable(), limits=Limits(cost=50), hide_suggestions=False)
    fixed = a_document("fixed", "query Costly { users(first: 100) { nodes { id } } }")
    sliced = a_document("sliced", "query ($n: Int!) { users(first: $n) { nodes { id } } }")

    (line,) = refusals(documents, [fixed, sliced])

    assert line.startswith("fixed (Costly): The operation's cost is")
