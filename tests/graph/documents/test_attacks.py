"""Attacks on document preparation: each is refused, in a bounded number of steps."""

import contextlib
from typing import Any

import pytest
from graphql import GraphQLError, build_schema, parse

from graph.documents.cost_analysis import CostAnalysis
from graph.documents.document_size import DocumentSize
from graph.documents.field_merging import MOST_STEPS, FieldMerging
from graph.documents.limits import CostMode, Limits
from graph.documents.prepared import DocumentCache, RefusedDocumentError
from graph.schema import executable
from tests.builders import mint
from tests.graph.documents.attacks import REFUSED, VARIABLES, chained, many
from tests.support.schema_client import Asker, viewer_of

LIMITS = Limits()
DOCUMENTS = DocumentCache(executable(), limits=LIMITS, hide_suggestions=True, guard_introspection=True)
ADA = viewer_of(mint("user"))


def parsed(text: str) -> bool:
    """Return whether a document gets as far as its size check."""
    with contextlib.suppress(GraphQLError):
        return len(text) <= LIMITS.characters and bool(parse(text, max_tokens=LIMITS.tokens))
    return False


@pytest.mark.parametrize("attack", REFUSED)
def test_an_attack_is_refused(attack: str) -> None:
    text, code = REFUSED[attack]

    with pytest.raises(RefusedDocumentError) as refused:
        prepared = DOCUMENTS.prepare(text, None)
        prepared.measure({})
        DOCUMENTS.authorize(prepared, ADA)

    assert {(error.extensions or {})["code"] for error in refused.value.errors} == {code}
    assert len(refused.value.errors) <= 6
    assert "Did you mean" not in str(refused.value)


@pytest.mark.parametrize("attack", VARIABLES)
async def test_an_attack_by_variables_is_refused(ask: Asker, attack: str) -> None:
    text, variables, code = VARIABLES[attack]

    response = await ask(text, ADA, **variables)

    assert {error["extensions"]["code"] for error in response["errors"]} == {code}
    assert len(response["errors"]) <= 11
    assert ask.defects == []


@pytest.mark.parametrize("attack", [name for name, (text, _) in REFUSED.items() if parsed(text)])
def test_the_size_check_visits_each_syntax_node_at_most_once(attack: str) -> None:
    document = parse(REFUSED[attack][0])
    size = DocumentSize(
        document,
        Limits(depth=60, aliases=10**9, directives=10**9, fields=10**9, root_fields=10**9, operations=10**9),
    )

    with contextlib.suppress(GraphQLError):
        size.check()

    assert 0 < size.steps <= LIMITS.tokens


def steps_of(links: int) -> tuple[int, int, int]:
    """Return how many steps a document takes whose fragments double the fields with each link."""
    text = "{ viewer { user { ...F0 } } } " + chained(links, "id NEXT handle NEXT", "id", "User")
    document = parse(text)
    generous = Limits(depth=10**6, fields=10**9, tokens=10**9)
    size, merging = DocumentSize(document, generous), FieldMerging(executable(), document)
    analysis = CostAnalysis(executable(), document, {})
    with contextlib.suppress(GraphQLError):
        size.check()
    merging.check()
    analysis.measure(document.definitions[0])  # type: ignore[arg-type]
    return size.steps, merging.steps, analysis.steps


def test_the_steps_of_doubling_fragments_grow_linearly_with_the_text() -> None:
    small, large = steps_of(20), steps_of(80)

    for few, more in zip(small, large, strict=True):
        assert more <= 4 * few + 10


@pytest.mark.parametrize("count", [100, 200, 400])
def test_equal_fields_are_compared_with_the_first_and_not_with_each_other(count: int) -> None:
    document = parse("{ users { " + many(count, "nodes { id }") + " } }")
    merging = FieldMerging(executable(), document)

    merging.check()

    assert merging.steps <= 12 * count


def test_merging_stops_at_the_step_limit() -> None:
    """On every level, fields of an interface overlap with those of each type that implements it."""
    types = "".join(f"type T{n} implements I {{ i: I }} " for n in range(9))
    schema = build_schema(f"interface I {{ i: I }} {types} type Query {{ i: I }}")
    level = "i { NEXT } " + " ".join(f"... on T{n} {{ i {{ NEXT }} }}" for n in range(9))
    document = parse("{ i { ...F0 } } " + chained(12, level, "__typename", "I"))
    merging = FieldMerging(schema, document)

    with pytest.raises(GraphQLError) as stopped:
        merging.check()

    assert (stopped.value.extensions or {})["code"] == "COST_LIMIT_EXCEEDED"
    assert merging.steps <= MOST_STEPS + 100


class TestSizes:
    """The sizes that a cost is computed from."""

    def cost(self, text: str, limits: Limits = LIMITS, **variables: Any) -> int:
        documents = DocumentCache(executable(), limits=limits, hide_suggestions=True)
        return documents.prepare(text, None).measure(variables)

    def test_an_absent_variable_counts_with_its_default(self) -> None:
        page = "users(first: $n) { nodes { id } }"

        assert self.cost(f"query ($n: Int = 100) {{ {page} }}") == self.cost(
            f"query ($n: Int) {{ {page} }}", n=100
        )
        assert self.cost(f"query ($n: Int = 100) {{ {page} }}", n=1) == 2

    def test_the_cost_is_measured_anew_when_the_default_does_not_apply(self) -> None:
        documents = DocumentCache(executable(), limits=LIMITS, hide_suggestions=True)
        prepared = documents.prepare("query ($n: Int = 90) { users(first: $n) { nodes { id } } }", None)

        costs = [prepared.measure(sent) for sent in ({"n": None}, {}, {"n": 3})]

        assert costs == [22, 92, 5]

    def test_a_list_of_ids_counts_with_its_length(self) -> None:
        assert self.cost('{ nodes(ids: ["a", "b", "c"]) { id } }') == 1 + 3
        assert self.cost("query ($i: [ID!]!) { nodes(ids: $i) { id } }", i=["a"] * 80) == 1 + 80

    def test_the_entries_of_a_board_count_with_the_requested_length(self) -> None:
        assert self.cost("{ leaderboard { entries(first: 100) { rank } } }") == 1 + 1 + 100
        assert self.cost("{ leaderboard { entries { rank } } }") == self.cost(
            "{ leaderboard { entries(first: 10) { rank } } }"
        )

    def test_weights_of_fields_and_arguments_count(self) -> None:
        plain = self.cost("{ adminUsers(first: 1) { nodes { roles } } }")

        assert self.cost('{ adminUsers(first: 1, query: "ada") { nodes { roles } } }') == plain + 10
        assert self.cost("mutation { logout { userErrors { __typename } } }") == 10 + 1 + 10
        assert self.cost("mutation { exportMyData { path } }") == 100

    def test_the_measure_mode_refuses_no_cost(self) -> None:
        expensive, _ = REFUSED["three pages of a hundred, nested"]

        assert self.cost(expensive, Limits(cost_mode=CostMode.MEASURE)) > LIMITS.cost

    def test_values_as_large_as_the_limits_are_accepted(self) -> None:
        text = "query ($i: [ID!]!) { nodes(ids: $i) { id } }"

        assert self.cost(text, i=["a"] * LIMITS.variable_list) == 1 + LIMITS.variable_list
        with pytest.raises(RefusedDocumentError):
            self.cost(text, i=["a"] * (LIMITS.variable_list + 1))
