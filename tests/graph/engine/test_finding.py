"""Fields that find one object: by a batch where an argument gives its key, and by their function where none does."""

import pytest

from tests.graph.engine.shelves import CALLS, ask


@pytest.fixture(autouse=True)
def nothing_called() -> None:
    CALLS.clear()


async def test_all_that_a_level_finds_by_key_is_one_call_of_the_batch_and_reads_what_is_selected() -> None:
    response = await ask("{ a: person(by: {id: 1}) { name } b: person(by: {id: 2}) { name id } }")

    assert response["data"] == {"a": {"name": "p1"}, "b": {"name": "p2", "id": 2}}
    assert CALLS == [("rows of people", [1, 2], ("name",))]


async def test_a_key_in_a_variable_is_a_key() -> None:
    text = "query ($id: Int!) { person(by: {id: $id}) { name } }"

    response = await ask(text, id=7)

    assert response["data"] == {"person": {"name": "p7"}}
    assert CALLS == [("rows of people", [7], ("name",))]


async def test_what_is_not_found_is_null() -> None:
    response = await ask("{ person(by: {id: 90}) { name } }")

    assert response["data"] == {"person": None}


async def test_the_function_answers_where_no_key_is_given() -> None:
    response = await ask('{ person(by: {name: "Ann"}) { name } }')

    assert response["data"] == {"person": {"name": "Ann"}}
    assert CALLS == [("person by", "Ann")]


@pytest.mark.parametrize(
    ("by", "asked"), [({"id": 3}, ("people", [3])), ({"name": "p3"}, ("person by", "p3"))]
)
async def test_a_document_that_leaves_the_choice_to_a_variable_takes_either_way(
    by: dict[str, object], asked: tuple[object, ...]
) -> None:
    response = await ask("query ($by: PersonBy!) { person(by: $by) { name } }", by=by)

    assert response["data"] == {"person": {"name": "p3"}}
    assert [asked] == CALLS
