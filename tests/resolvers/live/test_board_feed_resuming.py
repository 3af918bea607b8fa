"""Feed of leaderboards: resuming, the end of a week, and what the cache keeps."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.gamification.leaderboards import (
    BoardPage,
    Leaderboard,
    LeaderboardDelta,
    LeaderboardEntry,
    LeaderboardScope,
    LeaderboardSnapshot,
    LeaderboardWindow,
    board_of,
)
from domain.ids import UserId
from resolvers.live.board_cache import REMEMBERED
from resolvers.live.board_feed import MOST_BOARDS, BoardFeed
from tests.builders.leaderboards import EVER, MONDAY, earned
from tests.fakes.leaderboards import FakeBoards
from tests.support.board_feed import BoardClient, FeedHarness, until


async def test_a_client_that_reconnects_resumes_with_a_delta() -> None:
    harness = FeedHarness()
    a, b = harness.learner(), harness.learner()
    await harness.earn(earned(a, 30))
    client = BoardClient()
    async with harness.watching(client, viewer_id=a):
        pass

    await harness.earn(earned(b, 50))
    async with harness.watching(client, after=client.version, viewer_id=a):
        queried = await harness.query(a)

        delta = client.messages[-1]
        assert isinstance(delta, LeaderboardDelta)
        assert client.rows == queried.top
        assert client.own == queried.viewer_entry
        assert client.version == queried.version


async def test_a_client_can_resume_from_what_it_queried() -> None:
    harness = FeedHarness()
    a, b = harness.learner(), harness.learner()
    await harness.earn(earned(a, 30), earned(b, 20))
    queried = await harness.query(b)
    client = BoardClient({e.user_id: e for e in queried.top}, version=queried.version)

    await harness.earn(earned(b, 50))
    async with harness.watching(client, after=queried.version, viewer_id=b):
        assert isinstance(client.messages[0], LeaderboardDelta)
        assert client.rows == (await harness.query(b)).top


@pytest.mark.parametrize(("first", "message"), [(2, LeaderboardDelta), (3, LeaderboardSnapshot)])
async def test_a_client_can_resume_with_as_many_entries_as_it_queried(
    first: int, message: type[object]
) -> None:
    harness = FeedHarness()
    users = [harness.learner() for _ in range(5)]
    await harness.earn(*(earned(user, 10 + n) for n, user in enumerate(users)))
    queried = await harness.query(top=2)
    client = BoardClient({e.user_id: e for e in queried.top}, version=queried.version)

    await harness.earn(earned(users[0], 50))
    async with harness.watching(client, after=queried.version, first=first):
        assert isinstance(client.messages[0], message)
        assert client.rows == (await harness.query(top=first)).top


async def test_resuming_on_an_unchanged_board_gives_an_empty_delta() -> None:
    harness = FeedHarness()
    await harness.earn(earned(harness.learner()))
    client = BoardClient()
    async with harness.watching(client):
        pass

    async with harness.watching(client, after=client.version):
        delta = client.messages[-1]

        assert isinstance(delta, LeaderboardDelta)
        assert (delta.version, delta.moved, delta.entered, delta.left) == (delta.since, [], [], [])


@pytest.mark.parametrize("after", ["", "0", "-1", "999", "x", "\u0661", "1" * 1_000, "1.0", "\0"])
async def test_an_unknown_version_gives_a_snapshot(after: str) -> None:
    harness = FeedHarness()
    await harness.earn(earned(harness.learner()))

    async with harness.watching(after=after) as client:
        assert isinstance(client.messages[0], LeaderboardSnapshot)


async def test_an_old_version_gives_a_snapshot_and_the_cache_is_bounded() -> None:
    harness = FeedHarness()
    a = harness.learner()
    await harness.earn(earned(a))
    old = (await harness.query()).version

    for _ in range(REMEMBERED):
        await harness.earn(earned(a))
        await harness.query()

    assert len(harness.feed._cache(EVER)._versions) == REMEMBERED
    async with harness.watching(after=old) as client:
        assert isinstance(client.messages[0], LeaderboardSnapshot)


async def test_at_the_end_of_the_week_a_snapshot_of_the_next_one_follows() -> None:
    harness = FeedHarness(BoardFeed(interval_s=0, tick_s=0.05))
    a = harness.learner()
    weekly = LeaderboardWindow.WEEKLY
    await harness.earn(earned(a, 10, at=harness.now))

    async with harness.watching(window=weekly, viewer_id=a) as client:
        harness.now += timedelta(days=7)
        await until(lambda: len(client.messages) == 2)
        empty = client.messages[1]
        await harness.earn(earned(a, 3, at=harness.now))
        await until(lambda: len(client.messages) == 3)

        assert isinstance(empty, LeaderboardSnapshot)
        assert (empty.entries, empty.viewer_entry) == ([], None)
        assert int(empty.version) >= int(client.messages[0].version)
        assert [e.xp for e in client.rows] == [3]
        assert int(client.messages[2].version) > int(empty.version)


async def test_the_end_of_the_week_does_not_wait_for_the_tick() -> None:
    harness = FeedHarness(BoardFeed(interval_s=0, tick_s=60))
    closes_at = board_of(LeaderboardScope.GLOBAL, LeaderboardWindow.WEEKLY, MONDAY).closes_at
    assert closes_at is not None
    harness.now = closes_at - timedelta(seconds=0.1)

    async with harness.watching(window=LeaderboardWindow.WEEKLY) as client:
        harness.now = closes_at
        await until(lambda: len(client.messages) == 2)

        assert isinstance(client.messages[1], LeaderboardSnapshot)


async def test_a_version_of_last_week_does_not_resume_in_the_new_one() -> None:
    harness = FeedHarness()
    a, weekly = harness.learner(), LeaderboardWindow.WEEKLY
    await harness.earn(earned(a, at=harness.now))
    old = (await harness.query(window=weekly)).version

    harness.now += timedelta(days=7)
    assert (await harness.query(window=weekly)).version == old

    async with harness.watching(window=weekly, after=old) as client:
        assert isinstance(client.messages[0], LeaderboardSnapshot)
        assert client.rows == []


async def test_nothing_is_left_of_a_subscriber_that_left() -> None:
    harness = FeedHarness()
    a = harness.learner()

    for _ in range(3):
        async with harness.watching(viewer_id=a), harness.watching():
            pass

    assert not harness.feed._cache(EVER).is_watched
    assert harness.signals._listeners == {}


async def test_few_boards_without_subscribers_stay_cached() -> None:
    harness = FeedHarness()
    weekly = LeaderboardWindow.WEEKLY

    async with harness.watching(window=weekly):
        for _ in range(3 * MOST_BOARDS):
            harness.now += timedelta(days=7)
            a = harness.learner()
            await harness.earn(earned(a, at=harness.now))
            await harness.query(window=weekly)

        assert len(harness.feed._caches) <= MOST_BOARDS


async def test_a_subscriber_that_is_cancelled_while_reading_leaves_the_others_alone() -> None:
    harness = FeedHarness()
    gate = asyncio.Event()

    class SlowBoards(FakeBoards):
        async def page(self, *args: Any, **options: Any) -> BoardPage:
            await gate.wait()
            return await super().page(*args, **options)

    harness.boards = SlowBoards()
    streams = [harness.updates() for _ in range(3)]
    jobs = [asyncio.create_task(anext(stream)) for stream in streams]
    await asyncio.sleep(0.01)
    jobs[0].cancel()
    gate.set()

    done = await asyncio.gather(*jobs, return_exceptions=True)

    assert isinstance(done[0], asyncio.CancelledError)
    assert all(isinstance(message, LeaderboardSnapshot) for message in done[1:])
    for stream in streams:
        await stream.aclose()


def test_the_cache_does_not_keep_whose_entry_the_viewers_is() -> None:
    entry = LeaderboardEntry(UserId("user_a"), 1, 10, 10, MONDAY, True)  # type: ignore[misc]
    feed = BoardFeed()

    feed.remember(
        Leaderboard(
            board=EVER,
            scope=EVER.scope,
            window=EVER.window,
            version="7",
            as_of=MONDAY,
            total=1,
            top=[entry],
            viewer_entry=entry,
        )
    )

    assert feed._cache(EVER).entries_at("7", 10) == [replace(entry, is_viewer=False)]
