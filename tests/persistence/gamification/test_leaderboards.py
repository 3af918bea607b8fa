"""Leaderboards and their projection: one suite for the stores in memory and in Postgres."""

from datetime import timedelta

import pytest

from domain.errors import NotFoundError
from domain.gamification import leaderboard_projection
from domain.ids import UserId
from domain.paging import Window
from tests.builders import mint
from tests.builders.leaderboards import EVER, MONDAY, WEEK, WEEK_BEFORE, earned
from tests.support.leaderboards import BoardStores, board_stores_of

HOUR = timedelta(hours=1)


@pytest.fixture(params=["fake", "sql"])
def stores(request: pytest.FixtureRequest) -> BoardStores:
    return board_stores_of(request)


async def test_a_board_without_xp_is_empty(stores: BoardStores) -> None:
    learner = await stores.learner()

    page = await stores.boards.page(EVER, top=10, viewers=[learner])

    assert (page.version, page.opened, page.total, page.top, page.viewers) == (0, False, 0, [], {})
    assert await stores.boards.around(EVER, user_id=learner, count=5) == []


async def test_learners_with_equal_xp_share_a_rank_and_the_next_one_skips(stores: BoardStores) -> None:
    a, b, c, d = await stores.learners(4)

    await stores.earn(
        earned(d, 30), earned(a, 20, at=MONDAY + 2 * HOUR), earned(b, 20, at=MONDAY + HOUR), earned(c, 10)
    )

    assert [(e.user_id, e.rank) for e in await stores.top()] == [(d, 1), (b, 2), (a, 2), (c, 4)]
    own = await stores.own(c)
    assert own is not None
    assert own.rank == 4


async def test_equal_xp_of_the_same_time_is_ordered_by_user_id(stores: BoardStores) -> None:
    a, b, c = await stores.learners(3)

    await stores.earn(*(earned(user, at=MONDAY) for user in (c, a, b)))

    assert [e.user_id for e in await stores.top()] == [a, b, c]


async def test_times_are_compared_in_milliseconds_as_clients_do(stores: BoardStores) -> None:
    a, b = await stores.learners(2)
    moment = MONDAY + timedelta(microseconds=5_000)

    await stores.earn(earned(a, at=moment + timedelta(microseconds=999)), earned(b, at=moment))

    assert [(e.user_id, e.reached_at) for e in await stores.top()] == [(a, moment), (b, moment)]


async def test_delta_is_the_sum_of_the_latest_time(stores: BoardStores) -> None:
    a = await stores.learner()

    await stores.earn(earned(a, 100, at=MONDAY), earned(a, 12, at=MONDAY + HOUR))
    await stores.earn(earned(a, 20, at=MONDAY + HOUR))
    await stores.earn(earned(a, 7, at=MONDAY + HOUR / 2))

    (entry,) = await stores.top()
    assert (entry.xp, entry.delta, entry.reached_at) == (139, 32, MONDAY + HOUR)


async def test_a_correction_lowers_a_learner_and_removes_one_without_xp(stores: BoardStores) -> None:
    a, b = await stores.learners(2)
    await stores.earn(earned(a, 30), earned(b, 20))

    await stores.earn(earned(a, -15), earned(b, -20))

    page = await stores.boards.page(EVER, top=10, viewers=[a, b])
    assert [(e.user_id, e.rank, e.xp) for e in page.top] == [(a, 1, 15)]
    assert page.total == 1
    assert list(page.viewers) == [a]


async def test_only_hidden_learners_themselves_see_their_entries(stores: BoardStores) -> None:
    a, c = await stores.learners(2)
    hidden = await stores.learner(on_boards=False)

    await stores.earn(earned(a, 30), earned(hidden, 20), earned(c, 10))

    page = await stores.boards.page(EVER, top=10, viewers=[hidden, c])
    assert [(e.user_id, e.rank) for e in page.top] == [(a, 1), (c, 2)]
    assert page.total == 2
    assert page.viewers[hidden].rank == 2
    assert page.viewers[c].rank == 2
    near = await stores.boards.around(EVER, user_id=hidden, count=1)
    assert [(e.user_id, e.rank) for e in near] == [(a, 1), (hidden, 2), (c, 2)]
    assert hidden not in {e.user_id for e in await stores.boards.around(EVER, user_id=a, count=5)}
    assert hidden not in {e.user_id for e in (await stores.boards.ranking(EVER, Window(size=10))).nodes}


async def test_hiding_and_showing_a_learner_moves_all_below(stores: BoardStores) -> None:
    a, b = await stores.learners(2)
    await stores.earn(earned(a, 30), earned(b, 20))
    before, versions = await stores.top(), await stores.version()

    await stores.set_on_boards(a, on_boards=False)
    without = await stores.top()
    await stores.set_on_boards(a, on_boards=True)

    assert [(e.user_id, e.rank) for e in without] == [(b, 1)]
    assert await stores.top() == before
    assert await stores.version() > versions
    assert {signal.topic for signal in stores.signals} == {f"board:{EVER.key}", f"board:{WEEK.key}"}


async def test_hiding_a_learner_twice_changes_nothing_and_an_unknown_one_is_refused(
    stores: BoardStores,
) -> None:
    a = await stores.learner()
    await stores.earn(earned(a))
    await stores.set_on_boards(a, on_boards=False)
    version = await stores.version()

    await stores.set_on_boards(a, on_boards=False)

    assert await stores.version() == version
    with pytest.raises(NotFoundError):
        await stores.set_on_boards(UserId(mint("user")), on_boards=False)


async def test_xp_counts_in_the_week_in_which_it_was_earned(stores: BoardStores) -> None:
    a = await stores.learner()
    last = MONDAY - timedelta(milliseconds=1)

    await stores.earn(
        earned(a, 1, at=last), earned(a, 10, at=MONDAY), earned(a, 100, at=MONDAY + timedelta(days=7))
    )

    assert [e.xp for e in await stores.top(WEEK)] == [10]
    assert [e.xp for e in await stores.top(WEEK_BEFORE)] == [1]
    assert [e.xp for e in await stores.top(EVER)] == [111]


async def test_xp_written_after_the_end_of_its_week_counts_for_all_time_only(stores: BoardStores) -> None:
    a = await stores.learner()
    sunday = MONDAY - HOUR

    await stores.earn(earned(a, 1, at=sunday), earned(a, 10, at=sunday, written_at=MONDAY))

    assert [e.xp for e in await stores.top(WEEK_BEFORE)] == [1]
    assert [e.xp for e in await stores.top(EVER)] == [11]
    assert await stores.top(WEEK) == []


async def test_xp_written_in_time_counts_however_late_the_projector_runs(stores: BoardStores) -> None:
    a = await stores.learner()
    sunday = MONDAY - timedelta(milliseconds=1)

    await stores.write([earned(a, 1, at=sunday, written_at=sunday)])
    await leaderboard_projection.project(stores.projection, now=MONDAY + HOUR, emit=stores.signals.append)

    assert [e.xp for e in await stores.top(WEEK_BEFORE)] == [1]


async def test_versions_grow_across_boards_and_weeks(stores: BoardStores) -> None:
    a = await stores.learner()
    await stores.earn(earned(a, at=MONDAY - HOUR))
    before = await stores.version(WEEK_BEFORE)

    empty = await stores.boards.page(WEEK, top=10, viewers=[])
    await stores.earn(earned(a, at=MONDAY))

    assert empty.version == before > 0
    assert not empty.opened
    assert await stores.version(WEEK) > before
    assert await stores.version(WEEK_BEFORE) == before


async def test_each_change_emits_a_signal_with_the_version_of_each_changed_board(stores: BoardStores) -> None:
    a = await stores.learner()

    await stores.earn(earned(a, at=MONDAY))

    assert {s.topic: s.body for s in stores.signals} == {
        f"board:{EVER.key}": str(await stores.version(EVER)),
        f"board:{WEEK.key}": str(await stores.version(WEEK)),
    }


async def test_batches_take_the_oldest_first_until_nothing_is_left(stores: BoardStores) -> None:
    a = await stores.learner()
    await stores.write([earned(a, 1, at=MONDAY + n * HOUR) for n in (3, 1, 2)])

    taken = [await stores.project(limit=2) for _ in range(3)]

    assert taken == [2, 1, 0]
    assert [e.xp for e in await stores.top()] == [3]


async def test_a_rebuilt_board_leaves_the_outbox_to_the_projector(stores: BoardStores) -> None:
    a = await stores.learner()
    await stores.earn(earned(a, 10))
    await stores.write([earned(a, 5)])

    await stores.rebuild(EVER)
    rebuilt = await stores.top()
    await stores.project()

    assert [e.xp for e in rebuilt] == [10]
    assert [e.xp for e in await stores.top()] == [15]
