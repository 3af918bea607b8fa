"""The five words of declaration in the compiled engine: each resolves as declared, with as few calls as possible."""

from typing import Any

import pytest

from domain.accounts.users import Viewer
from graph.execution.executor import Engine
from tests.graph.engine.team_schema import CALLS, LEARNER, ask, context, executor
from tests.support.subscriptions import subscribe


@pytest.fixture(autouse=True)
def forget_calls() -> None:
    CALLS.clear()


async def test_a_batch_is_called_once_for_all_fields_and_lists_of_a_level() -> None:
    response = await ask("{ teams(count: 3) { label leadName lead { name } projects { author { name } } } }")

    assert response["data"]["teams"][1]["lead"] == {"name": "p1"}
    assert response["data"]["teams"][0]["lead"] is None
    assert calls_of_people() == [("rows of people", [1, 2, 3], ("name",))]


async def test_all_columns_that_a_plan_reads_of_a_batch_come_in_one_call() -> None:
    await ask("{ teams(count: 3) { lead { id } other: lead { n: name } projects { author { id name } } } }")

    assert calls_of_people() == [("rows of people", [1, 2, 3], ("name",))]


async def test_the_key_of_a_certain_relation_needs_no_call() -> None:
    response = await ask("{ teams(count: 3) { owner { id __typename } } }")

    assert response["data"]["teams"][2]["owner"] == {"id": 2, "__typename": "Person"}
    assert calls_of_people() == []


async def test_an_uncertain_relation_is_loaded_even_where_only_its_key_is_read() -> None:
    await ask("{ teams(count: 2) { owner { id } lead { id } } }")
    first = calls_of_people()
    await ask("{ teams(count: 2) { owner { id name } } }")

    assert first == [("rows of people", [1], ())]
    assert calls_of_people() == [("rows of people", [1], ("name",))]


async def test_a_batch_is_called_once_for_each_value_of_its_arguments() -> None:
    await ask(
        "{ teams { a: best(most: 1) { title } b: best(most: 2) { title } c: best(most: 2) { author { id } } } }"
    )

    assert [call for call in CALLS if call[0] == "best"] == [("best", [0, 1], 1), ("best", [0, 1], 2)]


async def test_a_function_gets_its_arguments_and_defaults() -> None:
    await ask(
        "query ($n: Int, $s: DateTime) { teams(count: $n, since: $s) { id } }", s="2026-03-02T09:00:00Z"
    )
    await ask("{ teams(count: 1) { id } }")

    assert CALLS == [("teams", 1, None)]


async def test_an_invalid_argument_nulls_its_own_field_only() -> None:
    response = await ask(
        'query ($n: Int) { a: teams(count: $n) { id } b: teams { size(unit: "m") } }', n=None
    )

    assert response["data"]["b"] == [{"size": "0 m"}, {"size": "1 m"}]


@pytest.mark.parametrize("viewer", [None, LEARNER])
async def test_a_field_that_the_roles_do_not_reach_is_null_with_its_error(viewer: Viewer | None) -> None:
    response = await ask("{ teams { projects { title secret } } }", viewer)

    assert [project["secret"] for team in response["data"]["teams"] for project in team["projects"]] == [
        None,
        None,
    ]
    assert {error["extensions"]["coordinate"] for error in response["errors"]} == {"Project.secret"}


async def test_mutations_run_one_after_another_in_the_order_of_the_document() -> None:
    response = await ask(
        'mutation { z: create(input: {label: "z"}) { team { label lead { name } } }'
        ' a: create(input: {label: "none", tries: 4}) { team { id } userErrors { __typename ... on UserError { message } } } }'
    )

    assert response["data"]["z"] == {"team": {"label": "z", "lead": {"name": "p3"}}}
    assert response["data"]["a"]["team"] is None
    assert response["data"]["a"]["userErrors"][0]["__typename"] == "NotFound"
    assert [call[:2] for call in CALLS if call[0] != "rows of people"] == [
        ("create", "z"),
        ("created", "z"),
        ("create", "none"),
        ("created", "none"),
    ]


@pytest.mark.parametrize("engine", list(Engine))
async def test_a_subscription_executes_each_event(engine: Engine) -> None:
    runner = executor(engine)
    text = "subscription ($n: Int) { created(times: $n) { label lead { name } } }"
    prepared = runner.documents.prepare(text, None)

    started: Any = await subscribe(runner, prepared, {"n": 2}, context(None))

    assert [response async for response in started] == [
        {"data": {"created": {"label": f"s{n}", "lead": {"name": "p5"}}}} for n in range(2)
    ]
    assert len(calls_of_people()) == 2


@pytest.mark.parametrize(
    "text", ["{ __schema { queryType { name } } }", '{ a: __type(name: "Project") { name } }']
)
async def test_introspection_is_left_to_the_reference_engine_and_counted(text: str) -> None:
    runner = executor()

    response = await runner.run(runner.documents.prepare(text, None), {}, context())

    assert response["data"]
    assert runner.fallbacks == {"introspection": 1}


async def test_an_operation_without_calls_needs_no_coroutine() -> None:
    assert await ask("{ __typename a: __typename }") == {"data": {"__typename": "Query", "a": "Query"}}
    assert CALLS == []


def calls_of_people() -> list[Any]:
    """Return the calls of the batch `people`, of either kind."""
    return [call for call in CALLS if "people" in call[0]]
