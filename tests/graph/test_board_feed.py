"""The feed of the boards: what a subscriber is sent, and what that costs."""

import asyncio

import pytest

from domain.leaderboards import (
    LeaderboardDelta,
    LeaderboardSnapshot,
)
from resolvers.board_feed import BoardFeed
from tests.builders.leaderboards import earned
from tests.feed_house import House, all_of, latest, until


async def test_the_first_message_is_a_snapshot_of_what_the_query_returns() -> None:
    house = House()
    a, b = house.learner(), house.learner()
    await house.earn(earned(a, 30), earned(b, 20))

    async with house.watching(viewer_id=b) as screen:
        queried = await house.query(b)

        (snapshot,) = screen.messages
        assert isinstance(snapshot, LeaderboardSnapshot)
        assert (snapshot.entries, snapshot.viewer_entry) == (queried.top, queried.viewer_entry)
        assert (snapshot.version, snapshot.as_of) == (queried.version, house.now)
        assert [e.is_viewer for e in snapshot.entries] == [False, True]


async def test_a_change_is_told_as_what_moved_entered_and_left() -> None:
    house = House()
    a, b, c = house.learner(), house.learner(), house.learner()
    await house.earn(earned(a, 30), earned(b, 20), earned(c, 10))

    async with house.watching(first=2, viewer_id=b) as screen:
        await house.earn(earned(c, 25))
        await until(lambda: len(screen.messages) == 2)

        delta = screen.messages[1]
        assert isinstance(delta, LeaderboardDelta)
        assert [(e.user_id, e.rank, e.xp, e.delta) for e in delta.entered] == [(c, 1, 35, 25)]
        assert [(e.user_id, e.rank) for e in delta.moved] == [(a, 2)]
        assert delta.left == [b]
        assert delta.viewer_entry is not None
        assert delta.viewer_entry.rank == 3
        assert delta.viewer_entry.is_viewer


async def test_the_anonymous_have_no_entry_of_their_own() -> None:
    house = House()
    await house.earn(earned(house.learner()))

    async with house.watching() as screen:
        await house.earn(earned(house.learner()))
        await until(lambda: len(screen.messages) == 2)

        assert [m.viewer_entry for m in screen.messages] == [None, None]


@pytest.mark.slow
async def test_changes_come_together_at_most_once_in_an_interval() -> None:
    house = House(BoardFeed(interval_s=0.2))
    a = house.learner()
    clock = asyncio.get_running_loop().time
    start = clock()

    async with house.watching() as screen:
        while clock() < start + 0.9:
            await house.earn(earned(a, 1))
            await asyncio.sleep(0.01)
        await until(lambda: len(screen.messages) >= 5 and screen.version == latest(house))

        assert len(screen.messages) <= 1 + (clock() - start) / 0.2
        assert screen.rows == (await house.query()).top


async def test_a_lost_signal_is_made_up_for_by_the_tick() -> None:
    house = House(BoardFeed(interval_s=0, tick_s=0.05))
    a = house.learner()

    async with house.watching() as screen:
        await house.earn(earned(a, 10), tell=False)
        await until(lambda: len(screen.messages) == 2)

        assert screen.rows == (await house.query()).top


async def test_a_change_that_this_client_does_not_show_is_no_message_until_the_tick() -> None:
    house = House(BoardFeed(interval_s=0, tick_s=0.3))
    a, b = house.learner(), house.learner()
    await house.earn(earned(a, 100))

    async with house.watching(first=1) as screen:
        await house.earn(earned(b, 10))
        await asyncio.sleep(0.05)
        assert len(screen.messages) == 1
        await until(lambda: len(screen.messages) == 2)

        (_, delta) = screen.messages
        assert isinstance(delta, LeaderboardDelta)
        assert (delta.moved, delta.entered, delta.left) == ([], [], [])
        assert delta.version == latest(house)


async def test_a_page_is_read_once_a_version_however_many_watch() -> None:
    house = House()
    users = [house.learner() for _ in range(100)]
    await house.earn(*(earned(user, 10 + n) for n, user in enumerate(users)))

    async with all_of(
        house.watching(viewer_id=user, first=1 + n % 50) for n, user in enumerate(users)
    ) as screens:
        before = house.boards.reads
        for number in range(5):
            await house.earn(earned(users[number], 1_000))
            await until(lambda: all(s.version == latest(house) for s in screens))

        assert house.boards.reads - before == 5
        for screen, user in zip(screens, users, strict=True):
            queried = await house.query(user)
            assert screen.own == queried.viewer_entry
            assert screen.rows == queried.top[: len(screen.entries)]


async def test_subscribers_who_come_at_once_share_a_read() -> None:
    house = House()

    async with asyncio.TaskGroup() as group:
        streams = [house.updates(viewer_id=house.learner()) for _ in range(100)]
        for stream in streams:
            group.create_task(anext(stream))

    assert house.boards.reads <= 2
    for stream in streams:
        await stream.aclose()
