"""Leaderboards: keys and spans of boards, sums of XP, and differences between versions."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInputError
from domain.gamification.leaderboard_projection import XpSum, boards_of, combine, sums_of
from domain.gamification.leaderboards import (
    BoardKey,
    LeaderboardEntry,
    LeaderboardScope,
    LeaderboardWindow,
    board_of,
    checked_top,
    difference,
    seen_by,
)
from domain.ids import UserId
from tests.builders.leaderboards import MONDAY, WEEK, earned

GLOBAL, WEEKLY = LeaderboardScope.GLOBAL, LeaderboardWindow.WEEKLY


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        (MONDAY, "2026-W47"),
        (MONDAY - timedelta(microseconds=1), "2026-W46"),
        (MONDAY + timedelta(days=7) - timedelta(microseconds=1), "2026-W47"),
        (datetime(2027, 1, 3, 23, 59, tzinfo=UTC), "2026-W53"),
        (datetime(2027, 1, 4, tzinfo=UTC), "2027-W01"),
        (datetime(2024, 12, 30, tzinfo=UTC), "2025-W01"),
        (datetime(2026, 11, 16, 13, 59, tzinfo=timezone(timedelta(hours=14))), "2026-W46"),
        (datetime(2026, 11, 15, 13, 0, tzinfo=timezone(timedelta(hours=-11))), "2026-W47"),
    ],
)
def test_a_week_begins_on_monday_midnight_utc_in_every_zone(moment: datetime, week: str) -> None:
    assert board_of(GLOBAL, WEEKLY, moment).key == f"GLOBAL:WEEKLY:{week}"


@given(st.integers(0, 3 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
def test_every_moment_lies_in_the_span_of_its_week(moment: datetime) -> None:
    board = board_of(GLOBAL, WEEKLY, moment)

    assert board.opens_at is not None
    assert board.closes_at is not None
    assert board.opens_at <= moment < board.closes_at
    assert board.closes_at - board.opens_at == timedelta(days=7)
    assert board_of(GLOBAL, WEEKLY, board.closes_at).key > board.key


def test_the_board_of_all_time_never_ends() -> None:
    board = board_of(GLOBAL, LeaderboardWindow.ALL_TIME, MONDAY)

    assert (board.key, board.opens_at, board.closes_at) == ("GLOBAL:ALL_TIME", None, None)


@pytest.mark.parametrize("first", [-1, 101, 10**18])
def test_a_top_of_an_impossible_size_is_refused_by_name(first: int) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        checked_top(first)

    assert refusal.value.field == "first"


def test_xp_written_at_the_very_end_of_the_week_counts_and_a_millisecond_later_does_not() -> None:
    end = WEEK.closes_at
    assert end is not None
    at = end - timedelta(hours=1)

    in_time = earned("user_a", at=at, written_at=end - timedelta(milliseconds=1))
    late = earned("user_a", at=at, written_at=end)

    assert WEEK.key in boards_of(in_time)
    assert WEEK.key not in boards_of(late)


TALLIES = st.builds(
    XpSum,
    board=st.just(BoardKey("B")),
    user_id=st.just(UserId("u")),
    xp=st.integers(-9, 9),
    reached_at=st.integers(0, 3).map(lambda n: MONDAY + timedelta(seconds=n)),
    last_gain=st.integers(-9, 9),
)


@given(TALLIES, TALLIES, TALLIES)
def test_sums_can_be_combined_in_any_order_and_grouping(a: XpSum, b: XpSum, c: XpSum) -> None:
    assert combine(a, b) == combine(b, a)
    assert combine(combine(a, b), c) == combine(a, combine(b, c))


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(-5, 5), st.integers(0, 2)), max_size=12),
    st.integers(0, 12),
)
def test_the_sums_of_two_batches_equal_those_of_one(rows: list[tuple[str, int, int]], cut: int) -> None:
    entries = [earned(user, amount, at=MONDAY + timedelta(days=days)) for user, amount, days in rows]

    whole = {(t.board, t.user_id): t for t in sums_of(entries)}
    parts: dict[tuple[BoardKey, UserId], XpSum] = {}
    for total in [*sums_of(entries[:cut]), *sums_of(entries[cut:])]:
        place = (total.board, total.user_id)
        parts[place] = combine(parts[place], total) if place in parts else total

    assert parts == whole


def entries_of(state: dict[str, tuple[int, int]]) -> list[LeaderboardEntry]:
    """The board of learners with (xp, seconds)."""
    return sorted(
        (
            LeaderboardEntry(
                user_id=UserId(user),
                rank=1 + sum(other > xp for other, _ in state.values()),
                xp=xp,
                delta=xp % 3,
                reached_at=MONDAY + timedelta(seconds=seconds),
            )
            for user, (xp, seconds) in state.items()
        ),
        key=lambda e: (e.rank, e.reached_at, e.user_id),
    )


STATES = st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(st.integers(1, 6), st.integers(0, 2))).map(
    entries_of
)


@given(STATES, STATES, st.integers(0, 9))
def test_a_difference_applied_to_the_old_state_gives_the_new_one(
    old: list[LeaderboardEntry], new: list[LeaderboardEntry], first: int
) -> None:
    old, new = old[:first], new[:first]

    change = difference(old, new)

    applied = {e.user_id: e for e in old if e.user_id not in change.left}
    assert {e.user_id for e in change.moved} <= applied.keys()
    assert not {e.user_id for e in change.entered} & applied.keys()
    applied |= {e.user_id: e for e in [*change.moved, *change.entered]}
    assert sorted(applied.values(), key=lambda e: (e.rank, e.reached_at, e.user_id)) == new


@given(STATES)
def test_equal_versions_have_no_difference(state: list[LeaderboardEntry]) -> None:
    change = difference(state, list(state))

    assert (change.moved, change.entered, change.left) == ([], [], [])


def test_only_the_viewers_entry_is_marked() -> None:
    entries = entries_of({"a": (3, 0), "b": (2, 0)})

    assert [e.is_viewer for e in seen_by(UserId("b"), entries)] == [False, True]
    assert [e.is_viewer for e in seen_by(None, entries)] == [False, False]
    assert not entries[1].is_viewer
