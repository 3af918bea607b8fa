"""The house's five words under the compiled engine: each answers as declared, and no more often than needed."""

from typing import Any

import pytest

from domain.users import Viewer
from graph.execution import Engine
from tests.graph.engine.shelves import CALLS, LEARNER, ask, context, executor


@pytest.fixture(autouse=True)
def nothing_called() -> None:
    CALLS.clear()


async def test_a_batch_is_called_once_for_all_fields_and_lists_of_a_level() -> None:
    response = await ask(
        "{ shelves(count: 3) { label keeperName keeper { name } books { author { name } } } }"
    )

    assert response["data"]["shelves"][1]["keeper"] == {"name": "p1"}
    assert response["data"]["shelves"][0]["keeper"] is None
    assert asked_of_people() == [("rows of people", [1, 2, 3], ("name",))]


async def test_all_that_a_plan_reads_of_a_batch_comes_in_one_call() -> None:
    await ask(
        "{ shelves(count: 3) { keeper { id } other: keeper { n: name } books { author { id name } } } }"
    )

    assert asked_of_people() == [("rows of people", [1, 2, 3], ("name",))]


async def test_nobody_is_asked_for_the_key_of_what_is_certain_to_be_there() -> None:
    response = await ask("{ shelves(count: 3) { owner { id __typename } } }")

    assert response["data"]["shelves"][2]["owner"] == {"id": 2, "__typename": "Person"}
    assert asked_of_people() == []


async def test_what_is_not_certain_is_looked_for_even_where_only_its_key_is_read() -> None:
    await ask("{ shelves(count: 2) { owner { id } keeper { id } } }")
    first = asked_of_people()
    await ask("{ shelves(count: 2) { owner { id name } } }")

    assert first == [("rows of people", [1], ())]
    assert asked_of_people() == [("rows of people", [1], ("name",))]


async def test_a_batch_is_called_once_for_each_of_its_arguments() -> None:
    await ask(
        "{ shelves { a: best(most: 1) { title } b: best(most: 2) { title } c: best(most: 2) { author { id } } } }"
    )

    assert [call for call in CALLS if call[0] == "best"] == [("best", [0, 1], 1), ("best", [0, 1], 2)]


async def test_arguments_arrive_as_the_function_takes_them() -> None:
    await ask(
        "query ($n: Int, $s: DateTime) { shelves(count: $n, since: $s) { id } }", s="2026-03-02T09:00:00Z"
    )
    await ask("{ shelves(count: 1) { id } }")

    assert CALLS == [("shelves", 1, None)]


async def test_a_wrong_argument_is_told_at_its_field_alone() -> None:
    response = await ask(
        'query ($n: Int) { a: shelves(count: $n) { id } b: shelves { size(unit: "m") } }', n=None
    )

    assert response["data"]["b"] == [{"size": "0 m"}, {"size": "1 m"}]


@pytest.mark.parametrize("viewer", [None, LEARNER])
async def test_a_field_that_the_roles_do_not_reach_is_null_with_its_error(viewer: Viewer | None) -> None:
    response = await ask("{ shelves { books { title secret } } }", viewer)

    assert [book["secret"] for shelf in response["data"]["shelves"] for book in shelf["books"]] == [
        None,
        None,
    ]
    assert {error["extensions"]["coordinate"] for error in response["errors"]} == {"Book.secret"}


async def test_mutations_run_one_after_another_in_the_order_of_the_document() -> None:
    response = await ask(
        'mutation { z: paint(input: {label: "z"}) { shelf { label keeper { name } } }'
        ' a: paint(input: {label: "none", tries: 4}) { shelf { id } userErrors { __typename ... on UserError { message } } } }'
    )

    assert response["data"]["z"] == {"shelf": {"label": "z", "keeper": {"name": "p3"}}}
    assert response["data"]["a"]["shelf"] is None
    assert response["data"]["a"]["userErrors"][0]["__typename"] == "NotFound"
    assert [call[:2] for call in CALLS if call[0] != "rows of people"] == [
        ("paint", "z"),
        ("painted", "z"),
        ("paint", "none"),
        ("painted", "none"),
    ]


@pytest.mark.parametrize("engine", list(Engine))
async def test_a_subscription_answers_each_event(engine: Engine) -> None:
    runner = executor(engine)
    text = "subscription ($n: Int) { painted(times: $n) { label keeper { name } } }"
    prepared = runner.documents.prepare(text, None)

    started: Any = await runner.stream(prepared, {"n": 2}, context(None))

    assert [response async for response in started] == [
        {"data": {"painted": {"label": f"s{n}", "keeper": {"name": "p5"}}}} for n in range(2)
    ]
    assert len(asked_of_people()) == 2


@pytest.mark.parametrize(
    "text", ["{ __schema { queryType { name } } }", '{ a: __type(name: "Book") { name } }']
)
async def test_introspection_is_left_to_the_reference_and_counted(text: str) -> None:
    runner = executor()

    response = await runner.run(runner.documents.prepare(text, None), {}, context())

    assert response["data"]
    assert runner.fallbacks == {"introspection": 1}


async def test_what_needs_no_waiting_is_answered_without_a_coroutine() -> None:
    assert await ask("{ __typename a: __typename }") == {"data": {"__typename": "Query", "a": "Query"}}
    assert CALLS == []


def asked_of_people() -> list[Any]:
    """Return the calls of the batch `people`, of either kind."""
    return [call for call in CALLS if "people" in call[0]]
