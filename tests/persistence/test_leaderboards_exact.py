"""Boards are exact: every rank, every page, and whatever order the ledger comes in."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.boards_projection import Earned
from domain.errors import InvalidInputError
from domain.leaderboards import LeaderboardEntry
from domain.paging import Cursor, Window, window
from tests.builders.leaderboards import EVER, MONDAY, WEEK, WEEK_BEFORE, an_entry_id, earned, naive
from tests.leaderboard_rooms import Room, room_of

HOUR = timedelta(hours=1)


@pytest.fixture(params=["fake", "sql"])
def room(request: pytest.FixtureRequest) -> Room:
    return room_of(request)


@pytest.mark.slow
async def test_a_thousand_learners_all_have_their_exact_rank(room: Room) -> None:
    users = await room.learners(1_000)
    ledger = [
        earned(user, 10 + 7 * n % 400, at=MONDAY + timedelta(seconds=n % 37)) for n, user in enumerate(users)
    ]

    await room.earn(*ledger)

    expected = naive(EVER, ledger)
    page = await room.boards.page(EVER, top=100, viewers=users)
    assert page.top == expected[:100]
    assert page.viewers == {e.user_id: e for e in expected}
    assert page.total == 1_000
    near = await room.boards.around(EVER, user_id=expected[500].user_id, count=25)
    assert near == expected[475:526]


async def test_the_whole_board_can_be_paged_both_ways(room: Room) -> None:
    users = await room.learners(23)
    ledger = [earned(user, 10 + n % 5, at=MONDAY + timedelta(seconds=n % 3)) for n, user in enumerate(users)]
    await room.earn(*ledger)
    expected = naive(EVER, ledger)

    down: list[LeaderboardEntry] = []
    up: list[LeaderboardEntry] = []
    after: Cursor | None = None
    before: Cursor | None = None
    while True:
        page = await room.boards.ranking(EVER, window(first=5, after=after))
        down += page.nodes
        after = page.page_info.end_cursor
        if not page.page_info.has_next_page:
            break
    while True:
        page = await room.boards.ranking(EVER, window(last=5, before=before))
        up = [*page.nodes, *up]
        before = page.page_info.start_cursor
        if not page.page_info.has_previous_page:
            break

    assert down == up == expected


@pytest.mark.parametrize("key", [("x",), (1, 2), (1, 2, 3), ("1", 2, "u"), (1, 2, "u", 4), (None, 1, "u")])
async def test_a_cursor_of_another_list_is_refused(room: Room, key: tuple[Any, ...]) -> None:
    with pytest.raises(InvalidInputError):
        await room.boards.ranking(EVER, Window(size=5, key=key))


@pytest.mark.parametrize("number", [10**30, -(10**30), 2**63, 0])
async def test_a_cursor_with_absurd_numbers_is_only_a_place(room: Room, number: int) -> None:
    a = await room.learner()
    await room.earn(earned(a, 10))

    page = await room.boards.ranking(EVER, Window(size=5, key=(number, number, "user_")))

    assert len(page.nodes) == (1 if number > 10 else 0)


AWARDS = st.lists(
    st.tuples(
        st.integers(0, 7),  # whose
        st.integers(-20, 60).filter(bool),  # how much
        st.integers(-30, 30),  # hours from Monday
        st.integers(0, 40),  # written how many hours later
    ),
    max_size=40,
)


@pytest.mark.slow
@given(
    awards=AWARDS,
    cuts=st.lists(st.integers(1, 9), max_size=8),
    toggles=st.lists(st.integers(0, 7), max_size=4),
)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
async def test_boards_equal_the_naive_reading_of_the_ledger_and_what_is_built_again(
    room: Room, awards: list[tuple[int, int, int, int]], cuts: list[int], toggles: list[int]
) -> None:
    async with room.undone() as example:
        users = await example.learners(8)
        hidden = {await example.learner(on_boards=False)}
        people = [*users[:7], *hidden]
        ledger = [
            Earned(an_entry_id(MONDAY + (at + later) * HOUR), people[who], amount, MONDAY + at * HOUR)  # type: ignore[misc]
            for who, amount, at, later in awards
        ]

        await example.write(ledger)
        for limit in [*cuts, 5_000]:
            await example.project(limit)
        for who in toggles:
            hidden ^= {people[who]}
            await example.appear(people[who], people[who] not in hidden)

        for board in (EVER, WEEK, WEEK_BEFORE):
            expected = naive(board, ledger, hidden=hidden)
            kept = await example.boards.page(board, top=100, viewers=people)
            await example.rebuild(board)
            rebuilt = await example.boards.page(board, top=100, viewers=people)
            assert kept.top == rebuilt.top == expected
            assert kept.total == rebuilt.total == len(expected)
            assert kept.viewers == rebuilt.viewers
            for user in people:
                xp = {e.user_id: e for e in naive(board, ledger)}.get(user)
                rank = xp and 1 + sum(e.xp > xp.xp for e in expected)
                assert (kept.viewers[user].rank if user in kept.viewers else None) == rank
                near = await example.boards.around(board, user_id=user, count=2)
                if user in hidden or xp is None:
                    continue
                place = expected.index(kept.viewers[user])
                assert near == expected[max(0, place - 2) : place + 3]
