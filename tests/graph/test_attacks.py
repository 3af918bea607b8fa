"""Attacks on the reader of documents: each is refused, in steps that are counted."""

import contextlib
from typing import Any

import pytest
from graphql import GraphQLError, build_schema, parse

from graph.documents import Documents, RefusedDocumentError
from graph.limits import CostMode, Limits
from graph.merging import MOST_STEPS, Merging
from graph.schema import executable
from graph.sketching import Sketch
from graph.surveying import Survey
from tests.asking import Asker, viewer_of
from tests.builders import mint
from tests.graph.attacks import REFUSED, VARIABLES, chained, many

LIMITS = Limits()
DOCUMENTS = Documents(executable(), limits=LIMITS, hide_suggestions=True, guard_introspection=True)
ADA = viewer_of(mint("user"))


def parsed(text: str) -> bool:
    """Tell whether a document gets as far as a sketch."""
    with contextlib.suppress(GraphQLError):
        return len(text) <= LIMITS.characters and bool(parse(text, max_tokens=LIMITS.tokens))
    return False


@pytest.mark.parametrize("attack", REFUSED)
def test_an_attack_is_refused(attack: str) -> None:
    text, code = REFUSED[attack]

    with pytest.raises(RefusedDocumentError) as refused:
        DOCUMENTS.judge(DOCUMENTS.prepare(text, None), {}, ADA)

    assert {(error.extensions or {})["code"] for error in refused.value.errors} == {code}
    assert len(refused.value.errors) <= 6
    assert "Did you mean" not in str(refused.value)


@pytest.mark.parametrize("attack", VARIABLES)
async def test_an_attack_by_variables_is_refused(ask: Asker, attack: str) -> None:
    text, variables, code = VARIABLES[attack]

    response = await ask(text, ADA, **variables)

    assert {error["extensions"]["code"] for error in response["errors"]} == {code}
    assert len(response["errors"]) <= 6
    assert ask.defects == []


@pytest.mark.parametrize("attack", [name for name, (text, _) in REFUSED.items() if parsed(text)])
def test_a_sketch_looks_at_each_syntax_node_at_most_once(attack: str) -> None:
    document = parse(REFUSED[attack][0])
    sketch = Sketch(
        document,
        Limits(depth=60, aliases=10**9, directives=10**9, fields=10**9, root_fields=10**9, operations=10**9),
    )

    with contextlib.suppress(GraphQLError):
        sketch.check()

    assert 0 < sketch.steps <= LIMITS.tokens


def steps_of(links: int) -> tuple[int, int, int]:
    """Return how many steps a document takes whose fragments double the fields with each link."""
    text = "{ viewer { user { ...F0 } } } " + chained(links, "id NEXT handle NEXT", "id", "User")
    document = parse(text)
    roomy = Limits(depth=10**6, fields=10**9, tokens=10**9)
    sketch, merging = Sketch(document, roomy), Merging(executable(), document)
    survey = Survey(executable(), document, {})
    with contextlib.suppress(GraphQLError):
        sketch.check()
    merging.check()
    survey.measure(document.definitions[0])  # type: ignore[arg-type]
    return sketch.steps, merging.steps, survey.steps


def test_doubling_takes_steps_that_grow_with_the_text_alone() -> None:
    small, large = steps_of(20), steps_of(80)

    for few, more in zip(small, large, strict=True):
        assert more <= 4 * few + 10


@pytest.mark.parametrize("count", [100, 200, 400])
def test_equal_fields_are_compared_with_one_of_them_and_not_with_each_other(count: int) -> None:
    document = parse("{ users { " + many(count, "nodes { id }") + " } }")
    merging = Merging(executable(), document)

    merging.check()

    assert merging.steps <= 12 * count


def test_a_riddle_of_types_is_given_up() -> None:
    """Fields of an interface stand beside those of each type that implements it, on every level anew."""
    types = "".join(f"type T{n} implements I {{ i: I }} " for n in range(9))
    schema = build_schema(f"interface I {{ i: I }} {types} type Query {{ i: I }}")
    level = "i { NEXT } " + " ".join(f"... on T{n} {{ i {{ NEXT }} }}" for n in range(9))
    document = parse("{ i { ...F0 } } " + chained(12, level, "__typename", "I"))
    merging = Merging(schema, document)

    with pytest.raises(GraphQLError) as given_up:
        merging.check()

    assert (given_up.value.extensions or {})["code"] == "COST_LIMIT_EXCEEDED"
    assert merging.steps <= MOST_STEPS + 100


class TestSizes:
    """What a cost is reckoned from."""

    def cost(self, text: str, limits: Limits = LIMITS, **variables: Any) -> int:
        documents = Documents(executable(), limits=limits, hide_suggestions=True)
        measure, _ = documents.prepare(text, None).survey(variables)
        return measure.cost

    def test_a_variable_left_out_counts_with_its_default(self) -> None:
        page = "users(first: $n) { nodes { id } }"

        assert self.cost(f"query ($n: Int = 100) {{ {page} }}") == self.cost(
            f"query ($n: Int) {{ {page} }}", n=100
        )
        assert self.cost(f"query ($n: Int = 100) {{ {page} }}", n=1) == 2

    def test_the_same_operation_is_reckoned_anew_where_its_default_holds_no_more(self) -> None:
        documents = Documents(executable(), limits=LIMITS, hide_suggestions=True)
        prepared = documents.prepare("query ($n: Int = 90) { users(first: $n) { nodes { id } } }", None)

        costs = [prepared.survey(sent)[0].cost for sent in ({"n": None}, {}, {"n": 3})]

        assert costs == [22, 92, 5]

    def test_a_list_of_ids_counts_as_long_as_it_is(self) -> None:
        assert self.cost('{ nodes(ids: ["a", "b", "c"]) { id } }') == 1 + 3
        assert self.cost("query ($i: [ID!]!) { nodes(ids: $i) { id } }", i=["a"] * 80) == 1 + 80

    def test_the_first_entries_of_a_board_count_as_many_as_asked_for(self) -> None:
        assert self.cost("{ leaderboard { entries(first: 100) { rank } } }") == 1 + 1 + 100
        assert self.cost("{ leaderboard { entries { rank } } }") == self.cost(
            "{ leaderboard { entries(first: 10) { rank } } }"
        )

    def test_weights_of_fields_and_arguments_count(self) -> None:
        plain = self.cost("{ adminUsers(first: 1) { nodes { roles } } }")

        assert self.cost('{ adminUsers(first: 1, query: "ada") { nodes { roles } } }') == plain + 10
        assert self.cost("mutation { logout { userErrors { __typename } } }") == 10 + 1 + 10
        assert self.cost("mutation { exportMyData { path } }") == 100

    def test_measuring_refuses_nothing_for_its_cost(self) -> None:
        dear, _ = REFUSED["three pages of a hundred, nested"]

        assert self.cost(dear, Limits(cost_mode=CostMode.MEASURE)) > LIMITS.cost

    def test_values_as_large_as_the_limits_are_taken(self) -> None:
        text = "query ($i: [ID!]!) { nodes(ids: $i) { id } }"

        assert self.cost(text, i=["a"] * LIMITS.variable_list) == 1 + LIMITS.variable_list
        with pytest.raises(RefusedDocumentError):
            self.cost(text, i=["a"] * (LIMITS.variable_list + 1))
