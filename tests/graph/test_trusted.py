"""Trusted documents: prepared once, found by every name they have, and refused at import where they cannot run."""

import pytest

from domain import manifests
from domain.manifests import ManifestDocument
from graph.documents import Documents, RefusedDocumentError
from graph.limits import Limits
from graph.schema import executable
from graph.trusted import TrustedSet, refusals
from tests.builders.manifests import FILES, a_document, a_file

WHO = "query Who { viewer { user { handle } } } query Hello { __typename }"


@pytest.fixture
def documents() -> Documents:
    return Documents(executable(), limits=Limits(), hide_suggestions=False)


@pytest.fixture
def trusted(documents: Documents) -> TrustedSet:
    return TrustedSet(documents)


def test_a_document_is_found_by_its_id_its_hash_and_its_text(trusted: TrustedSet) -> None:
    document = a_document("app/who", WHO)

    trusted.replace([document])

    found = trusted.named("app/who")
    assert found is not None
    assert found is trusted.named(f"sha256:{document.digest}") is trusted.written(WHO)
    assert trusted.named(document.digest) is None
    assert trusted.written(WHO + " ") is None


def test_a_hash_that_is_an_id_is_found_with_the_prefix_that_apollo_leaves_out(trusted: TrustedSet) -> None:
    file = manifests.read(a_file("apollo"))

    trusted.replace(file.documents)

    for document in file.documents:
        assert trusted.named(document.document_id) is trusted.named(f"sha256:{document.document_id}")


def test_each_operation_is_prepared_once_and_survives_other_documents(trusted: TrustedSet) -> None:
    trusted.replace([a_document("a", WHO)])
    before = trusted.named("a")
    assert before is not None
    prepared = before.operation("Who")

    trusted.replace([a_document("a", WHO), a_document("b"), a_document("c", WHO)])

    after = trusted.named("a")
    assert after is trusted.named("c")
    assert after is not None
    assert after.operation("Who") is prepared
    assert after.operation("Hello") is not prepared
    assert len(trusted) == 2


def test_what_is_not_listed_any_more_is_not_trusted(trusted: TrustedSet) -> None:
    trusted.replace([a_document("a", WHO)])

    trusted.replace([a_document("b")])

    assert trusted.named("a") is trusted.written(WHO) is None


async def test_documents_are_compiled_before_anybody_asks(documents: Documents, trusted: TrustedSet) -> None:
    listed = [d for name in FILES for d in manifests.read(a_file(name)).documents]
    trusted.replace([*listed, a_document("broken", "{ renamed }")])

    invalid = await trusted.compile()
    compiled = documents.compilations.count

    assert invalid == ["broken"]
    assert compiled == len(trusted) - 1
    for document in listed:
        found = trusted.named(document.document_id)
        assert found is not None
        prepared = found.operation(None)
        values = prepared.values({"first": 2, "by": {"handle": "ada"}})
        assert not isinstance(values, list)
        assert prepared.variants.plan(values, {}) is not None
    assert documents.compilations.count == compiled


def test_an_operation_that_a_document_lacks_is_refused(trusted: TrustedSet) -> None:
    trusted.replace([a_document("a", WHO)])
    found = trusted.named("a")
    assert found is not None

    for name in (None, "Other"):
        with pytest.raises(RefusedDocumentError):
            found.operation(name)


@pytest.mark.parametrize("name", FILES)
def test_manifests_that_tools_made_of_our_schema_can_be_trusted(documents: Documents, name: str) -> None:
    assert refusals(documents, manifests.read(a_file(name)).documents) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("query Broken {", "bad: Syntax Error"),
        ("query Old { renamed }", "bad (Old): Cannot query field 'renamed'"),
        ("fragment F on Query { __typename }", "bad: "),
        ("{ __typename } { __typename }", "bad: "),
        ("query Large { " + " ".join(f"a{n}: __typename" for n in range(31)) + " }", "bad (Large): "),
        ("query Fine { __typename } query Old { renamed }", "bad (Fine, Old): "),
    ],
)
def test_a_document_that_cannot_run_is_named_with_the_reason(
    documents: Documents, text: str, told: str
) -> None:
    found = refusals(documents, [a_document("good"), ManifestDocument(document_id="bad", text=text)])

    assert found
    assert all(line.startswith(told) for line in found)


def test_a_document_is_too_large_where_its_smallest_pages_are() -> None:
    documents = Documents(executable(), limits=Limits(cost=50), hide_suggestions=False)
    fixed = a_document("fixed", "query Costly { users(first: 100) { nodes { id } } }")
    asked = a_document("asked", "query ($n: Int!) { users(first: $n) { nodes { id } } }")

    (told,) = refusals(documents, [fixed, asked])

    assert told.startswith("fixed (Costly): The operation's cost is")
