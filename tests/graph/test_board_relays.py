"""The feed of the boards for those who join it: the same events for all who hold the same state."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import UnavailableError
from domain.leaderboards import (
    BoardPage,
    LeaderboardDelta,
    LeaderboardScope,
    LeaderboardSnapshot,
    LeaderboardWindow,
)
from resolvers.board_feed import BoardFeed
from resolvers.board_screens import Wish
from resolvers.listening import Listener
from tests.builders.leaderboards import EVER, earned
from tests.fakes.leaderboards import FakeBoards
from tests.feed_house import House, Screen, latest, until

WEEKLY = LeaderboardWindow.WEEKLY


class Ear(Screen):
    """A listener that applies what it is told."""

    is_ready = True
    failure: Exception | None = None
    leave: Callable[[Any], None] | None = None

    __hash__ = object.__hash__

    def take(self, event: Any) -> None:
        self.apply(event)

    def end(self, error: Exception) -> None:
        self.failure = error

    def on_leave(self, leave: Callable[[Listener], None]) -> None:
        self.leave = leave

    def go(self) -> None:
        assert self.leave is not None
        self.leave(self)


async def join(house: House, ear: Ear | None = None, *, after: str | None = None, **values: Any) -> Ear:
    ear = ear or Ear()
    wish = {"scope": LeaderboardScope.GLOBAL, "window": LeaderboardWindow.ALL_TIME, "first": 10} | values
    open_reads: Any = house.open_reads
    first = await house.feed.join(
        ear,
        Wish(**{"viewer_id": None} | wish),
        after=after,
        open_reads=open_reads,
        signals=house.signals,
        now=lambda: house.now,
    )
    ear.apply(first)
    return ear


@asynccontextmanager
async def joined(house: House, count: int = 1, **values: Any) -> AsyncIterator[list[Ear]]:
    ears = [await join(house, **values) for _ in range(count)]
    yield ears
    for ear in ears:
        ear.go()
    await asyncio.sleep(0.01)


async def test_all_who_hold_the_same_state_are_told_the_same_object() -> None:
    house = House()
    a, b = house.learner(), house.learner()
    await house.earn(earned(a, 30), earned(b, 20))

    async with joined(house, 50) as ears:
        reads = house.boards.reads
        await house.earn(earned(b, 50))
        await until(lambda: all(len(ear.messages) == 2 for ear in ears))

        assert len({id(ear.messages[1]) for ear in ears}) == 1
        assert house.boards.reads - reads == 1
        assert ears[0].rows == (await house.query()).top


async def test_a_late_joiner_and_one_who_comes_back_end_where_all_are() -> None:
    house = House()
    users = [house.learner() for _ in range(3)]
    await house.earn(*(earned(user) for user in users))
    away = await join(house)
    away.go()

    async with joined(house, 2) as ears:
        await house.earn(earned(users[0], 5))
        back = await join(house, away, after=away.version)
        late = await join(house, first=2)
        await house.earn(earned(users[1], 7))
        await until(lambda: all(ear.version == latest(house) for ear in (*ears, back, late)))

        board = (await house.query()).top
        assert [ear.rows for ear in (*ears, back)] == [board] * 3
        assert late.rows == board[:2]
        assert sum(isinstance(message, LeaderboardSnapshot) for message in back.messages) == 1
        back.go()
        late.go()


async def test_who_is_not_ready_is_told_later_all_that_was_missed() -> None:
    house = House()
    a = house.learner()
    await house.earn(earned(a))

    async with joined(house, 2) as (steady, slow):
        slow.is_ready = False
        for _ in range(3):
            await house.earn(earned(a, 1))
            await until(lambda: steady.version == latest(house))
        missed = len(slow.messages)
        slow.is_ready = True
        await until(lambda: slow.version == latest(house))

        assert missed == 1
        assert len(slow.messages) == 2
        assert slow.rows == steady.rows


async def test_nobody_is_told_twice_within_an_interval_of_joining() -> None:
    house = House(BoardFeed(interval_s=0.2))
    a = house.learner()
    clock = asyncio.get_running_loop().time

    async with joined(house):
        await house.earn(earned(a))
        late = await join(house)
        since = clock()
        await house.earn(earned(a))
        await until(lambda: len(late.messages) == 2)

        assert clock() - since > 0.19
        late.go()


async def test_a_lost_signal_is_made_up_for_by_the_tick() -> None:
    house = House(BoardFeed(interval_s=0, tick_s=0.05))

    async with joined(house) as (ear,):
        await house.earn(earned(house.learner()), tell=False)
        await until(lambda: len(ear.messages) == 2)

        assert ear.rows == (await house.query()).top


async def test_when_the_week_ends_all_go_on_with_a_snapshot_of_the_next_one() -> None:
    house = House(BoardFeed(interval_s=0, tick_s=0.05))
    a = house.learner()
    await house.earn(earned(a, at=house.now))

    async with joined(house, 3, window=WEEKLY) as ears:
        house.now += timedelta(days=7)
        await until(lambda: all(len(ear.messages) == 2 for ear in ears))
        await house.earn(earned(a, 3, at=house.now))
        await until(lambda: all(len(ear.messages) == 3 for ear in ears))

        assert isinstance(ears[0].messages[1], LeaderboardSnapshot)
        assert isinstance(ears[0].messages[2], LeaderboardDelta)
        assert [entry.xp for entry in ears[2].rows] == [3]


async def test_those_who_leave_leave_nothing_behind() -> None:
    house = House()

    async with joined(house, 3), joined(house, 2, window=WEEKLY):
        pass

    assert house.feed._relays == {}
    assert house.signals._listeners == {}
    assert not house.feed._channel(EVER).watched


async def test_a_board_that_cannot_be_read_ends_all_and_the_next_one_begins_anew() -> None:
    house = House()
    a = house.learner()

    class Gone(FakeBoards):
        gone = False

        async def page(self, *args: Any, **options: Any) -> BoardPage:
            if self.gone:
                raise UnavailableError("gone")
            return await super().page(*args, **options)

    house.boards = boards = Gone()
    boards.on_boards[a] = True
    ears = [await join(house) for _ in range(2)]
    boards.gone = True
    await house.earn(earned(a))
    await until(lambda: all(ear.failure is not None for ear in ears))
    boards.gone = False

    async with joined(house) as (ear,):
        assert isinstance(ears[0].failure, UnavailableError)
        assert ear.rows == (await house.query()).top


@pytest.mark.slow
@pytest.mark.parametrize("first", [0, 2, 6])
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 5), st.integers(-15, 30).filter(bool), st.booleans()), max_size=12
    )
)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
async def test_who_applies_the_changes_holds_the_board_however_slow(
    steps: list[tuple[int, int, bool]], first: int
) -> None:
    house = House()
    users = [house.learner() for _ in range(6)]

    async with (
        joined(house, first=first, viewer_id=users[0]) as (steady,),
        joined(house, first=first) as (slow,),
    ):
        for who, amount, is_ready in steps:
            slow.is_ready = is_ready
            await house.earn(earned(users[who], amount))
            await asyncio.sleep(0)
        slow.is_ready = True
        await house.earn(earned(users[0], 100))
        await until(lambda: steady.version == latest(house) and (first == 0 or slow.version == latest(house)))

        assert slow.rows == (await house.query()).top[:first]
        assert slow.own is None
        queried = await house.query(users[0])
        assert (steady.rows, steady.own) == (queried.top[:first], queried.viewer_entry)


async def test_those_with_a_place_of_their_own_are_told_it_and_nobody_else_is() -> None:
    house = House()
    a, b = house.learner(), house.learner(on_boards=False)
    await house.earn(earned(a, 30), earned(b, 20))

    async with (
        joined(house, viewer_id=a) as (adas,),
        joined(house, viewer_id=b) as (bobs,),
        joined(house) as (ear,),
    ):
        await house.earn(earned(b, 50))
        await until(lambda: bobs.version == latest(house))
        await house.earn(earned(a, 1))
        await until(lambda: all(one.version == latest(house) for one in (adas, bobs, ear)))

        for viewer, one in ((a, adas), (b, bobs), (None, ear)):
            queried = await house.query(viewer)
            assert (one.rows, one.own) == (queried.top, queried.viewer_entry)
        assert bobs.own is not None
        assert len(ear.messages) == 2
