"""The feed of the boards: coming back, the end of a week, and what is kept of whom."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.ids import UserId
from domain.leaderboards import (
    BoardPage,
    Leaderboard,
    LeaderboardDelta,
    LeaderboardEntry,
    LeaderboardScope,
    LeaderboardSnapshot,
    LeaderboardWindow,
    board_of,
)
from resolvers.board_channels import REMEMBERED
from resolvers.board_feed import MOST_BOARDS, BoardFeed
from tests.builders.leaderboards import EVER, MONDAY, earned
from tests.fakes.leaderboards import FakeBoards
from tests.feed_house import House, Screen, until


async def test_who_comes_back_goes_on_with_a_delta_from_where_they_were() -> None:
    house = House()
    a, b = house.learner(), house.learner()
    await house.earn(earned(a, 30))
    screen = Screen()
    async with house.watching(screen, viewer_id=a):
        pass

    await house.earn(earned(b, 50))
    async with house.watching(screen, after=screen.version, viewer_id=a):
        queried = await house.query(a)

        delta = screen.messages[-1]
        assert isinstance(delta, LeaderboardDelta)
        assert screen.rows == queried.top
        assert screen.own == queried.viewer_entry
        assert screen.version == queried.version


async def test_a_client_can_go_on_from_what_it_queried() -> None:
    house = House()
    a, b = house.learner(), house.learner()
    await house.earn(earned(a, 30), earned(b, 20))
    queried = await house.query(b)
    screen = Screen({e.user_id: e for e in queried.top}, version=queried.version)

    await house.earn(earned(b, 50))
    async with house.watching(screen, after=queried.version, viewer_id=b):
        assert isinstance(screen.messages[0], LeaderboardDelta)
        assert screen.rows == (await house.query(b)).top


@pytest.mark.parametrize(("first", "message"), [(2, LeaderboardDelta), (3, LeaderboardSnapshot)])
async def test_a_client_that_queried_a_part_can_go_on_with_no_more_than_that(
    first: int, message: type[object]
) -> None:
    house = House()
    users = [house.learner() for _ in range(5)]
    await house.earn(*(earned(user, 10 + n) for n, user in enumerate(users)))
    queried = await house.query(top=2)
    screen = Screen({e.user_id: e for e in queried.top}, version=queried.version)

    await house.earn(earned(users[0], 50))
    async with house.watching(screen, after=queried.version, first=first):
        assert isinstance(screen.messages[0], message)
        assert screen.rows == (await house.query(top=first)).top


async def test_coming_back_to_an_unchanged_board_tells_so() -> None:
    house = House()
    await house.earn(earned(house.learner()))
    screen = Screen()
    async with house.watching(screen):
        pass

    async with house.watching(screen, after=screen.version):
        delta = screen.messages[-1]

        assert isinstance(delta, LeaderboardDelta)
        assert (delta.version, delta.moved, delta.entered, delta.left) == (delta.since, [], [], [])


@pytest.mark.parametrize("after", ["", "0", "-1", "999", "x", "\u0661", "1" * 1_000, "1.0", "\0"])
async def test_a_version_that_is_not_known_yields_a_snapshot(after: str) -> None:
    house = House()
    await house.earn(earned(house.learner()))

    async with house.watching(after=after) as screen:
        assert isinstance(screen.messages[0], LeaderboardSnapshot)


async def test_a_version_that_is_long_past_yields_a_snapshot_and_memory_stays_bounded() -> None:
    house = House()
    a = house.learner()
    await house.earn(earned(a))
    old = (await house.query()).version

    for _ in range(REMEMBERED):
        await house.earn(earned(a))
        await house.query()

    assert len(house.feed._channel(EVER)._past) == REMEMBERED
    async with house.watching(after=old) as screen:
        assert isinstance(screen.messages[0], LeaderboardSnapshot)


async def test_when_the_week_ends_a_snapshot_of_the_next_one_follows() -> None:
    house = House(BoardFeed(interval_s=0, tick_s=0.05))
    a = house.learner()
    weekly = LeaderboardWindow.WEEKLY
    await house.earn(earned(a, 10, at=house.now))

    async with house.watching(window=weekly, viewer_id=a) as screen:
        house.now += timedelta(days=7)
        await until(lambda: len(screen.messages) == 2)
        empty = screen.messages[1]
        await house.earn(earned(a, 3, at=house.now))
        await until(lambda: len(screen.messages) == 3)

        assert isinstance(empty, LeaderboardSnapshot)
        assert (empty.entries, empty.viewer_entry) == ([], None)
        assert int(empty.version) >= int(screen.messages[0].version)
        assert [e.xp for e in screen.rows] == [3]
        assert int(screen.messages[2].version) > int(empty.version)


async def test_the_end_of_the_week_is_not_waited_for_by_the_tick_alone() -> None:
    house = House(BoardFeed(interval_s=0, tick_s=60))
    closes_at = board_of(LeaderboardScope.GLOBAL, LeaderboardWindow.WEEKLY, MONDAY).closes_at
    assert closes_at is not None
    house.now = closes_at - timedelta(seconds=0.1)

    async with house.watching(window=LeaderboardWindow.WEEKLY) as screen:
        house.now = closes_at
        await until(lambda: len(screen.messages) == 2)

        assert isinstance(screen.messages[1], LeaderboardSnapshot)


async def test_a_version_of_the_week_before_does_not_resume_in_the_new_one() -> None:
    house = House()
    a, weekly = house.learner(), LeaderboardWindow.WEEKLY
    await house.earn(earned(a, at=house.now))
    old = (await house.query(window=weekly)).version

    house.now += timedelta(days=7)
    assert (await house.query(window=weekly)).version == old

    async with house.watching(window=weekly, after=old) as screen:
        assert isinstance(screen.messages[0], LeaderboardSnapshot)
        assert screen.rows == []


async def test_a_subscriber_who_leaves_is_forgotten() -> None:
    house = House()
    a = house.learner()

    for _ in range(3):
        async with house.watching(viewer_id=a), house.watching():
            pass

    assert not house.feed._channel(EVER).watched
    assert house.signals._listeners == {}


async def test_boards_that_nobody_watches_are_forgotten_beyond_a_few() -> None:
    house = House()
    weekly = LeaderboardWindow.WEEKLY

    async with house.watching(window=weekly):
        for _ in range(3 * MOST_BOARDS):
            house.now += timedelta(days=7)
            a = house.learner()
            await house.earn(earned(a, at=house.now))
            await house.query(window=weekly)

        assert len(house.feed._channels) <= MOST_BOARDS


async def test_one_who_is_cancelled_while_reading_takes_nobody_along() -> None:
    house = House()
    gate = asyncio.Event()

    class Slow(FakeBoards):
        async def page(self, *args: Any, **options: Any) -> BoardPage:
            await gate.wait()
            return await super().page(*args, **options)

    house.boards = Slow()
    streams = [house.updates() for _ in range(3)]
    jobs = [asyncio.create_task(anext(stream)) for stream in streams]
    await asyncio.sleep(0.01)
    jobs[0].cancel()
    gate.set()

    done = await asyncio.gather(*jobs, return_exceptions=True)

    assert isinstance(done[0], asyncio.CancelledError)
    assert all(isinstance(message, LeaderboardSnapshot) for message in done[1:])
    for stream in streams:
        await stream.aclose()


def test_a_marked_entry_is_remembered_without_its_mark() -> None:
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

    assert feed._channel(EVER).past("7", 10) == [replace(entry, is_viewer=False)]
