"""Leaderboards are exact: every rank, every page, and any order of the ledger."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import InvalidInputError
from domain.gamification.leaderboard_projection import OutboxEntry
from domain.gamification.leaderboards import LeaderboardEntry
from domain.paging import Cursor, Window, window
from tests.builders.leaderboards import EVER, MONDAY, WEEK, WEEK_BEFORE, an_entry_id, earned, naive
from tests.support.leaderboards import BoardStores, board_stores_of

HOUR = timedelta(hours=1)


@pytest.fixture(params=["fake", "sql"])
def stores(request: pytest.FixtureRequest) -> BoardStores:
    return board_stores_of(request)


@pytest.mark.slow
async def test_a_thousand_learners_all_have_their_exact_rank(stores: BoardStores) -> None:
    users = await stores.learners(1_000)
    ledger = [
        earned(user, 10 + 7 * n % 400, at=MONDAY + timedelta(seconds=n % 37)) for n, user in enumerate(users)
    ]

    await stores.earn(*ledger)

    expected = naive(EVER, ledger)
    page = await stores.boards.page(EVER, top=100, viewers=users)
    assert page.top == expected[:100]
    assert page.viewers == {e.user_id: e for e in expected}
    assert page.total == 1_000
    near = await stores.boards.around(EVER, user_id=expected[500].user_id, count=25)
    assert near == expected[475:526]


async def test_the_whole_board_can_be_paged_both_ways(stores: BoardStores) -> None:
    users = await stores.learners(23)
    ledger = [earned(user, 10 + n % 5, at=MONDAY + timedelta(seconds=n % 3)) for n, user in enumerate(users)]
    await stores.earn(*ledger)
    expected = naive(EVER, ledger)

    down: list[LeaderboardEntry] = []
    up: list[LeaderboardEntry] = []
    after: Cursor | None = None
    before: Cursor | None = None
    while True:
        page = await stores.boards.ranking(EVER, window(first=5, after=after))
        down += page.nodes
        after = page.page_info.end_cursor
        if not page.page_info.has_next_page:
            break
    while True:
        page = await stores.boards.ranking(EVER, window(last=5, before=before))
        up = [*page.nodes, *up]
        before = page.page_info.start_cursor
        if not page.page_info.has_previous_page:
            break

    assert down == up == expected


@pytest.mark.parametrize("key", [("x",), (1, 2), (1, 2, 3), ("1", 2, "u"), (1, 2, "u", 4), (None, 1, "u")])
@pytest.mark.parametrize("name", ["leaderboard", "users"])
async def test_a_cursor_of_another_list_is_refused(
    stores: BoardStores, key: tuple[Any, ...], name: str
) -> None:
    with pytest.raises(InvalidInputError):
        await stores.boards.ranking(EVER, Window(size=5, key=(name, *key)))


@pytest.mark.parametrize("number", [10**30, -(10**30), 2**63, -1, True])
@pytest.mark.parametrize("place", [1, 2])
async def test_a_cursor_with_a_number_that_no_entry_has_is_refused(
    stores: BoardStores, number: int, place: int
) -> None:
    key: list[Any] = ["leaderboard", 10, 10, "user_"]
    key[place] = number

    with pytest.raises(InvalidInputError):
        await stores.boards.ranking(EVER, Window(size=5, key=tuple(key)))


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
async def test_boards_equal_a_naive_computation_and_rebuilt_boards(
    stores: BoardStores, awards: list[tuple[int, int, int, int]], cuts: list[int], toggles: list[int]
) -> None:
    async with stores.rolled_back() as example:
        users = await example.learners(8)
        hidden = {await example.learner(on_boards=False)}
        people = [*users[:7], *hidden]
        ledger = [
            OutboxEntry(an_entry_id(MONDAY + (at + later) * HOUR), people[who], amount, MONDAY + at * HOUR)  # type: ignore[misc]
            for who, amount, at, later in awards
        ]

        await example.write(ledger)
        for limit in [*cuts, 5_000]:
            await example.project(limit)
        for who in toggles:
            hidden ^= {people[who]}
            await example.set_on_boards(people[who], people[who] not in hidden)

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
