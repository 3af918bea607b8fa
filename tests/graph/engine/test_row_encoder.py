"""Row encoder: rows become the same JSON as objects, and a value that its type does not allow an error of its own."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from tests.graph.engine.team_schema import CALLS, MEMBERS, MemberRow, Status, ask, context, executor

MEMBER = MemberRow(
    team_id=1, name="Ann", note=None, status=Status.ACTIVE, former_status=Status.AWAY, points=2, rating=4.5
)
LEAVES = "name note status formerStatus points"


@pytest.fixture(autouse=True)
def members() -> Any:
    CALLS.clear()
    yield
    MEMBERS.clear()


async def is_encoded(text: str) -> bool:
    """Tell whether the list of members was encoded before the rest of the response."""
    runner = executor()
    response = await runner.run(runner.documents.prepare(text, None), {}, context())
    return isinstance(response["data"]["teams"][1]["members"], orjson.Fragment)


async def test_rows_of_leaves_are_encoded_and_read_like_objects() -> None:
    odd = replace(MEMBER, name='a "quoted"\\ name\n\u2028\x01\U0001f600', note="", former_status=None)
    MEMBERS[:] = [MEMBER, odd, replace(MEMBER, team_id=0, status=Status.AWAY)]
    text = f"{{ teams(count: 3) {{ members {{ {LEAVES} }} }} }}"

    response = await ask(text)

    lists = [team["members"] for team in response["data"]["teams"]]
    assert [[member["name"] for member in members] for members in lists] == [["Ann"], ["Ann", odd.name], []]
    assert lists[1][1] == {
        "name": odd.name,
        "note": "",
        "status": "ACTIVE",
        "formerStatus": None,
        "points": 2,
    }
    assert await is_encoded(text)


async def test_response_keys_may_be_any_names_and_repeat_a_column() -> None:
    MEMBERS[:] = [MEMBER]
    text = "{ teams { members { class: name __typename None: points f0: name again: __typename } } }"

    response = await ask(text)

    assert response["data"]["teams"][1]["members"] == [
        {"class": "Ann", "__typename": "Member", "None": 2, "f0": "Ann", "again": "Member"}
    ]
    assert await is_encoded(text)


async def test_rows_of_a_layout_that_another_selection_set_widened_are_encoded_by_their_own_columns() -> None:
    MEMBERS[:] = [MEMBER]

    response = await ask("{ teams { members { points } others: members { status name } } }")

    assert response["data"]["teams"][1] == {
        "members": [{"points": 2}],
        "others": [{"status": "ACTIVE", "name": "Ann"}],
    }
    assert [call for call in CALLS if call[0] == "rows of members"] == [
        ("rows of members", [0, 1], ("points", "status", "name"))
    ]


async def test_a_list_with_floats_is_left_to_the_encoder_of_all_other_floats() -> None:
    MEMBERS[:] = [replace(MEMBER, rating=1e16)]
    text = "{ teams { members { name rating } } }"

    await ask(text)

    assert not await is_encoded(text)


@pytest.mark.parametrize(
    "invalid",
    [{"points": 1 << 31}, {"points": None}, {"points": "two"}, {"status": "no member of the enum"}],
)
async def test_an_invalid_value_nulls_its_own_object_only(invalid: dict[str, Any]) -> None:
    MEMBERS[:] = [MEMBER, replace(MEMBER, **invalid), replace(MEMBER, name="Bob")]

    response = await ask(f"{{ teams {{ members {{ {LEAVES} }} }} }}")

    assert [error["path"][:4] for error in response["errors"]] == [["teams", 1, "members", 1]]
