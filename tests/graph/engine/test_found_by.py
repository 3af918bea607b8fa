"""Fields that find one object: by a batch where an argument holds its key, else by their function."""

import pytest

from tests.graph.engine.team_schema import CALLS, ask


@pytest.fixture(autouse=True)
def forget_calls() -> None:
    CALLS.clear()


async def test_all_keys_of_a_level_are_one_call_of_the_batch_which_reads_the_selected_columns() -> None:
    response = await ask("{ a: person(by: {id: 1}) { name } b: person(by: {id: 2}) { name id } }")

    assert response["data"] == {"a": {"name": "p1"}, "b": {"name": "p2", "id": 2}}
    assert CALLS == [("rows of people", [1, 2], ("name",))]


async def test_a_key_in_a_variable_is_a_key() -> None:
    text = "query ($id: Int!) { person(by: {id: $id}) { name } }"

    response = await ask(text, id=7)

    assert response["data"] == {"person": {"name": "p7"}}
    assert CALLS == [("rows of people", [7], ("name",))]


async def test_an_object_that_is_not_found_is_null() -> None:
    response = await ask("{ person(by: {id: 90}) { name } }")

    assert response["data"] == {"person": None}


async def test_the_function_is_called_where_no_key_is_given() -> None:
    response = await ask('{ person(by: {name: "Ann"}) { name } }')

    assert response["data"] == {"person": {"name": "Ann"}}
    assert CALLS == [("person by", "Ann")]


@pytest.mark.parametrize(
    ("by", "call"), [({"id": 3}, ("people", [3])), ({"name": "p3"}, ("person by", "p3"))]
)
async def test_a_variable_may_hold_the_key_or_another_field(
    by: dict[str, object], call: tuple[object, ...]
) -> None:
    response = await ask("query ($by: PersonBy!) { person(by: $by) { name } }", by=by)

    assert response["data"] == {"person": {"name": "p3"}}
    assert [call] == CALLS
