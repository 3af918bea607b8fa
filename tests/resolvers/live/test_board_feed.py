"""Feed of leaderboards: the messages that a subscriber gets, and how often the board is read."""

import asyncio

import pytest

from domain.gamification.leaderboards import LeaderboardDelta, LeaderboardSnapshot
from resolvers.live.board_feed import BoardFeed
from tests.builders.leaderboards import earned
from tests.support.board_feed import FeedHarness, all_of, latest, until


async def test_the_first_message_is_a_snapshot_of_what_the_query_returns() -> None:
    harness = FeedHarness()
    a, b = harness.learner(), harness.learner()
    await harness.earn(earned(a, 30), earned(b, 20))

    async with harness.watching(viewer_id=b) as client:
        queried = await harness.query(b)

        (snapshot,) = client.messages
        assert isinstance(snapshot, LeaderboardSnapshot)
        assert (snapshot.entries, snapshot.viewer_entry) == (queried.top, queried.viewer_entry)
        assert (snapshot.version, snapshot.as_of) == (queried.version, harness.now)
        assert [e.is_viewer for e in snapshot.entries] == [False, True]


async def test_a_delta_says_what_moved_entered_and_left() -> None:
    harness = FeedHarness()
    a, b, c = harness.learner(), harness.learner(), harness.learner()
    await harness.earn(earned(a, 30), earned(b, 20), earned(c, 10))

    async with harness.watching(first=2, viewer_id=b) as client:
        await harness.earn(earned(c, 25))
        await until(lambda: len(client.messages) == 2)

        delta = client.messages[1]
        assert isinstance(delta, LeaderboardDelta)
        assert [(e.user_id, e.rank, e.xp, e.delta) for e in delta.entered] == [(c, 1, 35, 25)]
        assert [(e.user_id, e.rank) for e in delta.moved] == [(a, 2)]
        assert delta.left == [b]
        assert delta.viewer_entry is not None
        assert delta.viewer_entry.rank == 3
        assert delta.viewer_entry.is_viewer


async def test_an_anonymous_viewer_has_no_entry_of_their_own() -> None:
    harness = FeedHarness()
    await harness.earn(earned(harness.learner()))

    async with harness.watching() as client:
        await harness.earn(earned(harness.learner()))
        await until(lambda: len(client.messages) == 2)

        assert [m.viewer_entry for m in client.messages] == [None, None]


@pytest.mark.slow
async def test_changes_are_combined_into_one_message_per_interval() -> None:
    harness = FeedHarness(BoardFeed(interval_s=0.2))
    a = harness.learner()
    clock = asyncio.get_running_loop().time
    start = clock()

    async with harness.watching() as client:
        while clock() < start + 0.9:
            await harness.earn(earned(a, 1))
            await asyncio.sleep(0.01)
        await until(lambda: len(client.messages) >= 5 and client.version == latest(harness))

        assert len(client.messages) <= 1 + (clock() - start) / 0.2
        assert client.rows == (await harness.query()).top


async def test_the_tick_makes_up_for_a_lost_signal() -> None:
    harness = FeedHarness(BoardFeed(interval_s=0, tick_s=0.05))
    a = harness.learner()

    async with harness.watching() as client:
        await harness.earn(earned(a, 10), publish=False)
        await until(lambda: len(client.messages) == 2)

        assert client.rows == (await harness.query()).top


async def test_a_change_outside_of_the_view_is_sent_on_the_tick_only() -> None:
    harness = FeedHarness(BoardFeed(interval_s=0, tick_s=0.3))
    a, b = harness.learner(), harness.learner()
    await harness.earn(earned(a, 100))

    async with harness.watching(first=1) as client:
        await harness.earn(earned(b, 10))
        await asyncio.sleep(0.05)
        assert len(client.messages) == 1
        await until(lambda: len(client.messages) == 2)

        (_, delta) = client.messages
        assert isinstance(delta, LeaderboardDelta)
        assert (delta.moved, delta.entered, delta.left) == ([], [], [])
        assert delta.version == latest(harness)


@pytest.mark.slow
async def test_each_version_is_read_once_for_all_subscribers() -> None:
    harness = FeedHarness()
    users = [harness.learner() for _ in range(100)]
    await harness.earn(*(earned(user, 10 + n) for n, user in enumerate(users)))

    async with all_of(
        harness.watching(viewer_id=user, first=1 + n % 50) for n, user in enumerate(users)
    ) as clients:
        before = harness.boards.reads
        for number in range(5):
            await harness.earn(earned(users[number], 1_000))
            await until(lambda: all(s.version == latest(harness) for s in clients))

        assert harness.boards.reads - before == 5
        for client, user in zip(clients, users, strict=True):
            queried = await harness.query(user)
            assert client.own == queried.viewer_entry
            assert client.rows == queried.top[: len(client.entries)]


async def test_concurrent_subscribers_share_a_read() -> None:
    harness = FeedHarness()

    async with asyncio.TaskGroup() as group:
        streams = [harness.updates(viewer_id=harness.learner()) for _ in range(100)]
        for stream in streams:
            group.create_task(anext(stream))

    assert harness.boards.reads <= 2
    for stream in streams:
        await stream.aclose()
