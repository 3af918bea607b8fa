"""Boards and their projection: one suite over the stores in memory and in Postgres."""

from datetime import timedelta

import pytest

from domain import boards_projection
from domain.errors import NotFoundError
from domain.ids import UserId
from domain.paging import Window
from tests.builders import mint
from tests.builders.leaderboards import EVER, MONDAY, WEEK, WEEK_BEFORE, earned
from tests.leaderboard_rooms import Room, room_of

HOUR = timedelta(hours=1)


@pytest.fixture(params=["fake", "sql"])
def room(request: pytest.FixtureRequest) -> Room:
    return room_of(request)


async def test_a_board_without_xp_is_empty(room: Room) -> None:
    someone = await room.learner()

    page = await room.boards.page(EVER, top=10, viewers=[someone])

    assert (page.version, page.opened, page.total, page.top, page.viewers) == (0, False, 0, [], {})
    assert await room.boards.around(EVER, user_id=someone, count=5) == []


async def test_learners_with_equal_xp_share_a_rank_and_the_next_one_skips(room: Room) -> None:
    a, b, c, d = await room.learners(4)

    await room.earn(
        earned(d, 30), earned(a, 20, at=MONDAY + 2 * HOUR), earned(b, 20, at=MONDAY + HOUR), earned(c, 10)
    )

    assert [(e.user_id, e.rank) for e in await room.top()] == [(d, 1), (b, 2), (a, 2), (c, 4)]
    own = await room.own(c)
    assert own is not None
    assert own.rank == 4


async def test_equal_xp_of_the_same_moment_stands_by_user_id(room: Room) -> None:
    a, b, c = await room.learners(3)

    await room.earn(*(earned(user, at=MONDAY) for user in (c, a, b)))

    assert [e.user_id for e in await room.top()] == [a, b, c]


async def test_the_moment_counts_in_milliseconds_which_is_what_clients_sort_by(room: Room) -> None:
    a, b = await room.learners(2)
    moment = MONDAY + timedelta(microseconds=5_000)

    await room.earn(earned(a, at=moment + timedelta(microseconds=999)), earned(b, at=moment))

    assert [(e.user_id, e.reached_at) for e in await room.top()] == [(a, moment), (b, moment)]


async def test_delta_is_all_that_the_latest_moment_brought(room: Room) -> None:
    a = await room.learner()

    await room.earn(earned(a, 100, at=MONDAY), earned(a, 12, at=MONDAY + HOUR))
    await room.earn(earned(a, 20, at=MONDAY + HOUR))
    await room.earn(earned(a, 7, at=MONDAY + HOUR / 2))

    (entry,) = await room.top()
    assert (entry.xp, entry.delta, entry.reached_at) == (139, 32, MONDAY + HOUR)


async def test_a_correction_lowers_and_takes_off_the_board_who_has_nothing_left(room: Room) -> None:
    a, b = await room.learners(2)
    await room.earn(earned(a, 30), earned(b, 20))

    await room.earn(earned(a, -15), earned(b, -20))

    page = await room.boards.page(EVER, top=10, viewers=[a, b])
    assert [(e.user_id, e.rank, e.xp) for e in page.top] == [(a, 1, 15)]
    assert page.total == 1
    assert list(page.viewers) == [a]


async def test_opted_out_learners_are_seen_and_counted_by_nobody_but_themselves(room: Room) -> None:
    a, c = await room.learners(2)
    hidden = await room.learner(on_boards=False)

    await room.earn(earned(a, 30), earned(hidden, 20), earned(c, 10))

    page = await room.boards.page(EVER, top=10, viewers=[hidden, c])
    assert [(e.user_id, e.rank) for e in page.top] == [(a, 1), (c, 2)]
    assert page.total == 2
    assert page.viewers[hidden].rank == 2
    assert page.viewers[c].rank == 2
    near = await room.boards.around(EVER, user_id=hidden, count=1)
    assert [(e.user_id, e.rank) for e in near] == [(a, 1), (hidden, 2), (c, 2)]
    assert hidden not in {e.user_id for e in await room.boards.around(EVER, user_id=a, count=5)}
    assert hidden not in {e.user_id for e in (await room.boards.ranking(EVER, Window(size=10))).nodes}


async def test_opting_out_and_back_in_moves_everyone_below(room: Room) -> None:
    a, b = await room.learners(2)
    await room.earn(earned(a, 30), earned(b, 20))
    before, versions = await room.top(), await room.version()

    await room.appear(a, on_boards=False)
    without = await room.top()
    await room.appear(a, on_boards=True)

    assert [(e.user_id, e.rank) for e in without] == [(b, 1)]
    assert await room.top() == before
    assert await room.version() > versions
    assert {signal.topic for signal in room.signals} == {f"board:{EVER.key}", f"board:{WEEK.key}"}


async def test_opting_out_twice_changes_nothing_and_a_stranger_cannot(room: Room) -> None:
    a = await room.learner()
    await room.earn(earned(a))
    await room.appear(a, on_boards=False)
    version = await room.version()

    await room.appear(a, on_boards=False)

    assert await room.version() == version
    with pytest.raises(NotFoundError):
        await room.appear(UserId(mint("user")), on_boards=False)


async def test_xp_counts_in_the_week_in_which_it_was_earned(room: Room) -> None:
    a = await room.learner()
    last = MONDAY - timedelta(milliseconds=1)

    await room.earn(
        earned(a, 1, at=last), earned(a, 10, at=MONDAY), earned(a, 100, at=MONDAY + timedelta(days=7))
    )

    assert [e.xp for e in await room.top(WEEK)] == [10]
    assert [e.xp for e in await room.top(WEEK_BEFORE)] == [1]
    assert [e.xp for e in await room.top(EVER)] == [111]


async def test_xp_that_comes_after_its_week_has_closed_counts_for_all_time_only(room: Room) -> None:
    a = await room.learner()
    sunday = MONDAY - HOUR

    await room.earn(earned(a, 1, at=sunday), earned(a, 10, at=sunday, written_at=MONDAY))

    assert [e.xp for e in await room.top(WEEK_BEFORE)] == [1]
    assert [e.xp for e in await room.top(EVER)] == [11]
    assert await room.top(WEEK) == []


async def test_xp_that_was_written_in_time_counts_however_late_the_projector_comes(room: Room) -> None:
    a = await room.learner()
    sunday = MONDAY - timedelta(milliseconds=1)

    await room.write([earned(a, 1, at=sunday, written_at=sunday)])
    await boards_projection.project(room.projection, now=MONDAY + HOUR, emit=room.signals.append)

    assert [e.xp for e in await room.top(WEEK_BEFORE)] == [1]


async def test_versions_grow_over_all_boards_and_over_the_change_of_the_week(room: Room) -> None:
    a = await room.learner()
    await room.earn(earned(a, at=MONDAY - HOUR))
    before = await room.version(WEEK_BEFORE)

    empty = await room.boards.page(WEEK, top=10, viewers=[])
    await room.earn(earned(a, at=MONDAY))

    assert empty.version == before > 0
    assert not empty.opened
    assert await room.version(WEEK) > before
    assert await room.version(WEEK_BEFORE) == before


async def test_each_change_signals_the_boards_that_it_changed_with_their_versions(room: Room) -> None:
    a = await room.learner()

    await room.earn(earned(a, at=MONDAY))

    assert {s.topic: s.body for s in room.signals} == {
        f"board:{EVER.key}": str(await room.version(EVER)),
        f"board:{WEEK.key}": str(await room.version(WEEK)),
    }


async def test_batches_take_the_oldest_first_until_nothing_is_left(room: Room) -> None:
    a = await room.learner()
    await room.write([earned(a, 1, at=MONDAY + n * HOUR) for n in (3, 1, 2)])

    taken = [await room.project(limit=2) for _ in range(3)]

    assert taken == [2, 1, 0]
    assert [e.xp for e in await room.top()] == [3]


async def test_a_rebuilt_board_leaves_to_the_projector_what_waits_in_the_outbox(room: Room) -> None:
    a = await room.learner()
    await room.earn(earned(a, 10))
    await room.write([earned(a, 5)])

    await room.rebuild(EVER)
    rebuilt = await room.top()
    await room.project()

    assert [e.xp for e in rebuilt] == [10]
    assert [e.xp for e in await room.top()] == [15]
