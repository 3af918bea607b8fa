"""Broadcast of a board: groups of listeners, messages for all of one group, and the end of a board."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import UnavailableError
from domain.gamification.leaderboards import (
    BoardPage,
    LeaderboardDelta,
    LeaderboardSnapshot,
    LeaderboardWindow,
)
from resolvers.live.board_feed import BoardFeed
from resolvers.live.listeners import Listener
from tests.builders.leaderboards import EVER, earned
from tests.fakes.leaderboards import FakeBoards
from tests.support.board_feed import BoardClient, FeedHarness, latest, until

WEEKLY = LeaderboardWindow.WEEKLY


class RecordingListener(BoardClient):
    """A listener that applies each message at once."""

    is_ready = True
    failure: Exception | None = None
    _leave: Callable[[Any], None] | None = None

    __hash__ = object.__hash__

    def take(self, event: Any) -> None:
        self.apply(event)

    def end(self, error: Exception) -> None:
        self.failure = error

    def on_leave(self, leave: Callable[[Listener], None]) -> None:
        self._leave = leave

    def leave(self) -> None:
        assert self._leave is not None
        self._leave(self)


async def join(
    harness: FeedHarness, listener: RecordingListener | None = None, **values: Any
) -> RecordingListener:
    listener = listener or RecordingListener()
    listener.apply(await harness.join(listener, **values))
    return listener


@asynccontextmanager
async def joined(
    harness: FeedHarness, count: int = 1, **values: Any
) -> AsyncIterator[list[RecordingListener]]:
    listeners = [await join(harness, **values) for _ in range(count)]
    yield listeners
    for listener in listeners:
        listener.leave()
    await asyncio.sleep(0.01)


async def test_listeners_with_the_same_view_get_the_same_object() -> None:
    harness = FeedHarness()
    a, b = harness.learner(), harness.learner()
    await harness.earn(earned(a, 30), earned(b, 20))

    async with joined(harness, 50) as listeners:
        reads = harness.boards.reads
        await harness.earn(earned(b, 50))
        await until(lambda: all(len(listener.messages) == 2 for listener in listeners))

        assert len({id(listener.messages[1]) for listener in listeners}) == 1
        assert harness.boards.reads - reads == 1
        assert listeners[0].rows == (await harness.query()).top


async def test_a_late_listener_and_one_that_resumes_end_with_the_same_board() -> None:
    harness = FeedHarness()
    users = [harness.learner() for _ in range(3)]
    await harness.earn(*(earned(user) for user in users))
    away = await join(harness)
    away.leave()

    async with joined(harness, 2) as listeners:
        await harness.earn(earned(users[0], 5))
        back = await join(harness, away, after=away.version)
        late = await join(harness, first=2)
        await harness.earn(earned(users[1], 7))
        await until(lambda: all(listener.version == latest(harness) for listener in (*listeners, back, late)))

        board = (await harness.query()).top
        assert [listener.rows for listener in (*listeners, back)] == [board] * 3
        assert late.rows == board[:2]
        assert sum(isinstance(message, LeaderboardSnapshot) for message in back.messages) == 1
        back.leave()
        late.leave()


async def test_a_listener_that_was_not_ready_gets_one_delta_for_all_that_it_missed() -> None:
    harness = FeedHarness()
    a = harness.learner()
    await harness.earn(earned(a))

    async with joined(harness, 2) as (steady, slow):
        slow.is_ready = False
        for _ in range(3):
            await harness.earn(earned(a, 1))
            await until(lambda: steady.version == latest(harness))
        missed = len(slow.messages)
        slow.is_ready = True
        await until(lambda: slow.version == latest(harness))

        assert missed == 1
        assert len(slow.messages) == 2
        assert slow.rows == steady.rows


async def test_a_new_listener_gets_no_second_message_within_an_interval() -> None:
    harness = FeedHarness(BoardFeed(interval_s=0.2))
    a = harness.learner()
    clock = asyncio.get_running_loop().time

    async with joined(harness):
        await harness.earn(earned(a))
        late = await join(harness)
        since = clock()
        await harness.earn(earned(a))
        await until(lambda: len(late.messages) == 2)

        assert clock() - since > 0.19
        late.leave()


async def test_the_tick_makes_up_for_a_lost_signal() -> None:
    harness = FeedHarness(BoardFeed(interval_s=0, tick_s=0.05))

    async with joined(harness) as (listener,):
        await harness.earn(earned(harness.learner()), publish=False)
        await until(lambda: len(listener.messages) == 2)

        assert listener.rows == (await harness.query()).top


async def test_at_the_end_of_the_week_all_listeners_get_a_snapshot_of_the_next_one() -> None:
    harness = FeedHarness(BoardFeed(interval_s=0, tick_s=0.05))
    a = harness.learner()
    await harness.earn(earned(a, at=harness.now))

    async with joined(harness, 3, window=WEEKLY) as listeners:
        harness.now += timedelta(days=7)
        await until(lambda: all(len(listener.messages) == 2 for listener in listeners))
        await harness.earn(earned(a, 3, at=harness.now))
        await until(lambda: all(len(listener.messages) == 3 for listener in listeners))

        assert isinstance(listeners[0].messages[1], LeaderboardSnapshot)
        assert isinstance(listeners[0].messages[2], LeaderboardDelta)
        assert [entry.xp for entry in listeners[2].rows] == [3]


async def test_nothing_is_left_of_listeners_that_left() -> None:
    harness = FeedHarness()

    async with joined(harness, 3), joined(harness, 2, window=WEEKLY):
        pass

    assert harness.feed._broadcasts == {}
    assert harness.signals._listeners == {}
    assert not harness.feed._cache(EVER).is_watched


async def test_an_unreadable_board_ends_all_listeners_and_new_ones_can_join() -> None:
    harness = FeedHarness()
    a = harness.learner()

    class UnreadableBoards(FakeBoards):
        is_gone = False

        async def page(self, *args: Any, **options: Any) -> BoardPage:
            if self.is_gone:
                raise UnavailableError("gone")
            return await super().page(*args, **options)

    harness.boards = boards = UnreadableBoards()
    boards.on_boards[a] = True
    listeners = [await join(harness) for _ in range(2)]
    boards.is_gone = True
    await harness.earn(earned(a))
    await until(lambda: all(listener.failure is not None for listener in listeners))
    boards.is_gone = False

    async with joined(harness) as (listener,):
        assert isinstance(listeners[0].failure, UnavailableError)
        assert listener.rows == (await harness.query()).top


@pytest.mark.slow
@pytest.mark.parametrize("first", [0, 2, 6])
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 5), st.integers(-15, 30).filter(bool), st.booleans()), max_size=12
    )
)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
async def test_a_slow_client_that_applies_all_deltas_has_the_board(
    steps: list[tuple[int, int, bool]], first: int
) -> None:
    harness = FeedHarness()
    users = [harness.learner() for _ in range(6)]

    async with (
        joined(harness, first=first, viewer_id=users[0]) as (steady,),
        joined(harness, first=first) as (slow,),
    ):
        for who, amount, is_ready in steps:
            slow.is_ready = is_ready
            await harness.earn(earned(users[who], amount))
            await asyncio.sleep(0)
        slow.is_ready = True
        await harness.earn(earned(users[0], 100))
        await until(
            lambda: steady.version == latest(harness) and (first == 0 or slow.version == latest(harness))
        )

        assert slow.rows == (await harness.query()).top[:first]
        assert slow.own is None
        queried = await harness.query(users[0])
        assert (steady.rows, steady.own) == (queried.top[:first], queried.viewer_entry)


async def test_a_viewer_gets_their_own_entry_and_other_viewers_do_not() -> None:
    harness = FeedHarness()
    a, b = harness.learner(), harness.learner(on_boards=False)
    await harness.earn(earned(a, 30), earned(b, 20))

    async with (
        joined(harness, viewer_id=a) as (of_ada,),
        joined(harness, viewer_id=b) as (of_bob,),
        joined(harness) as (listener,),
    ):
        await harness.earn(earned(b, 50))
        await until(lambda: of_bob.version == latest(harness))
        await harness.earn(earned(a, 1))
        await until(lambda: all(each.version == latest(harness) for each in (of_ada, of_bob, listener)))

        for viewer, each in ((a, of_ada), (b, of_bob), (None, listener)):
            queried = await harness.query(viewer)
            assert (each.rows, each.own) == (queried.top, queried.viewer_entry)
        assert of_bob.own is not None
        assert len(listener.messages) == 2
