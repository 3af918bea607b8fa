"""The feed of the boards: whatever happens, a client that applies the changes holds the board."""

import asyncio

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.ids import UserId
from domain.leaderboards import Leaderboard, read
from resolvers.board_screens import Update
from tests.builders.leaderboards import EVER, earned
from tests.feed_house import House, Screen, latest

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("earn"), st.integers(0, 5), st.integers(-15, 30).filter(bool)),
        st.tuples(st.just("toggle"), st.integers(0, 5), st.just(0)),
        st.tuples(st.just("rest"), st.just(0), st.just(0)),
        st.tuples(st.just("reconnect"), st.just(0), st.just(0)),
    ),
    max_size=25,
)


class Follower:
    """A client that reconnects at will, and compares itself with what was queried at the version that it holds."""

    def __init__(self, house: House, me: UserId, first: int) -> None:
        self._house, self._me, self._first = house, me, first
        self._screen, self._queried = Screen(), dict[str, Leaderboard]()

    async def connect(self) -> None:
        self._stream = self._house.updates(first=self._first, viewer_id=self._me, after=self._screen.version)
        self._take(await anext(self._stream))
        self._coming = asyncio.ensure_future(anext(self._stream))

    async def leave(self) -> None:
        self._coming.cancel()
        await asyncio.gather(self._coming, return_exceptions=True)
        await self._stream.aclose()

    async def note(self) -> None:
        """Note what the query returns now; unlike a client's query, the feed does not get to see it."""
        house = self._house
        shown = await read(
            house.boards, scope=EVER.scope, window=EVER.window, viewer_id=self._me, now=house.now
        )
        self._queried[shown.version] = shown

    async def look(self) -> None:
        await asyncio.sleep(0)
        if self._coming.done():
            self._take(self._coming.result())
            self._coming = asyncio.ensure_future(anext(self._stream))

    async def catch_up(self) -> None:
        async with asyncio.timeout(3):
            while not self._holds(latest(self._house)):
                await self.look()

    def _take(self, message: Update) -> None:
        self._screen.apply(message)
        assert self._holds(self._screen.version or "")

    def _holds(self, version: str) -> bool:
        shown = self._queried[version]
        return self._screen.rows == shown.top[: self._first] and self._screen.own == shown.viewer_entry


@given(steps=STEPS, first=st.integers(0, 6), viewer=st.integers(0, 5))
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
async def test_who_applies_the_changes_always_holds_what_the_query_returned_at_that_version(
    steps: list[tuple[str, int, int]], first: int, viewer: int
) -> None:
    house = House()
    users = [house.learner() for _ in range(6)]
    client = Follower(house, users[viewer], first)
    await client.note()
    await client.connect()

    for act, who, amount in steps:
        if act == "earn":
            await house.earn(earned(users[who], amount))
        elif act == "toggle":
            await house.appear(users[who], not house.boards.on_boards[users[who]])
        await client.note()
        if act == "reconnect":
            await client.leave()
            await client.connect()
        for _ in range(12 if act == "rest" else 2):
            await client.look()

    await client.catch_up()
    await client.leave()
