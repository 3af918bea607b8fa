"""Lists of rows become JSON at once: the same bytes as from objects, and with care where a value is not plain."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from tests.graph.engine.shelves import CALLS, GUESTS, GuestRow, Mood, ask, context, executor

GUEST = GuestRow(shelf_id=1, name="Ann", note=None, mood=Mood.GAY, former_mood=Mood.GRIM, nights=2, stars=4.5)
LEAVES = "name note mood formerMood nights"


@pytest.fixture(autouse=True)
def guests() -> Any:
    CALLS.clear()
    yield
    GUESTS.clear()


async def packed(text: str) -> bool:
    """Tell whether the list of guests in the answer was written as JSON before the rest of it."""
    runner = executor()
    response = await runner.run(runner.documents.prepare(text, None), {}, context())
    return isinstance(response["data"]["shelves"][1]["guests"], orjson.Fragment)


async def test_rows_of_leaves_are_packed_and_read_like_objects() -> None:
    odd = replace(GUEST, name='a "quoted"\\ name\n\u2028\x01\U0001f600', note="", former_mood=None)
    GUESTS[:] = [GUEST, odd, replace(GUEST, shelf_id=0, mood=Mood.GRIM)]
    text = f"{{ shelves(count: 3) {{ guests {{ {LEAVES} }} }} }}"

    response = await ask(text)

    lists = [shelf["guests"] for shelf in response["data"]["shelves"]]
    assert [[guest["name"] for guest in guests] for guests in lists] == [["Ann"], ["Ann", odd.name], []]
    assert lists[1][1] == {"name": odd.name, "note": "", "mood": "GAY", "formerMood": None, "nights": 2}
    assert await packed(text)


async def test_keys_of_the_response_may_be_any_names_and_repeat_a_column() -> None:
    GUESTS[:] = [GUEST]
    text = "{ shelves { guests { class: name __typename None: nights f0: name again: __typename } } }"

    response = await ask(text)

    assert response["data"]["shelves"][1]["guests"] == [
        {"class": "Ann", "__typename": "Guest", "None": 2, "f0": "Ann", "again": "Guest"}
    ]
    assert await packed(text)


async def test_rows_of_a_layout_that_another_selection_widened_are_packed_by_their_own_columns() -> None:
    GUESTS[:] = [GUEST]

    response = await ask("{ shelves { guests { nights } others: guests { mood name } } }")

    assert response["data"]["shelves"][1] == {
        "guests": [{"nights": 2}],
        "others": [{"mood": "GAY", "name": "Ann"}],
    }
    assert [call for call in CALLS if call[0] == "rows of guests"] == [
        ("rows of guests", [0, 1], ("nights", "mood", "name"))
    ]


async def test_floats_are_left_to_the_writer_of_all_other_floats() -> None:
    GUESTS[:] = [replace(GUEST, stars=1e16)]
    text = "{ shelves { guests { name stars } } }"

    await ask(text)

    assert not await packed(text)


@pytest.mark.parametrize(
    "wrong",
    [{"nights": 1 << 31}, {"nights": None}, {"nights": "two"}, {"mood": "nothing that the enum knows"}],
)
async def test_a_value_that_is_not_plain_costs_its_own_guest_alone(wrong: dict[str, Any]) -> None:
    GUESTS[:] = [GUEST, replace(GUEST, **wrong), replace(GUEST, name="Bob")]

    response = await ask(f"{{ shelves {{ guests {{ {LEAVES} }} }} }}")

    assert [error["path"][:4] for error in response["errors"]] == [["shelves", 1, "guests", 1]]
