"""Feed of leaderboards: a client that applies all messages always has the board of its version."""

import asyncio

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.gamification.leaderboards import Leaderboard, read
from domain.ids import UserId
from resolvers.live.board_updates import Update
from tests.builders.leaderboards import EVER, earned
from tests.support.board_feed import BoardClient, FeedHarness, latest

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("earn"), st.integers(0, 5), st.integers(-15, 30).filter(bool)),
        st.tuples(st.just("toggle"), st.integers(0, 5), st.just(0)),
        st.tuples(st.just("rest"), st.just(0), st.just(0)),
        st.tuples(st.just("reconnect"), st.just(0), st.just(0)),
    ),
    max_size=25,
)


class ComparingClient:
    """A client that reconnects, and compares each state with what the query returned at its version."""

    def __init__(self, harness: FeedHarness, me: UserId, first: int) -> None:
        self._house, self._me, self._first = harness, me, first
        self._board, self._queried = BoardClient(), dict[str, Leaderboard]()

    async def connect(self) -> None:
        self._stream = self._house.updates(first=self._first, viewer_id=self._me, after=self._board.version)
        self._apply(await anext(self._stream))
        self._next = asyncio.ensure_future(anext(self._stream))

    async def leave(self) -> None:
        self._next.cancel()
        await asyncio.gather(self._next, return_exceptions=True)
        await self._stream.aclose()

    async def query(self) -> None:
        """Keep what the query returns now; unlike after a client's query, the feed cannot resume from it."""
        harness = self._house
        shown = await read(
            harness.boards, scope=EVER.scope, window=EVER.window, viewer_id=self._me, now=harness.now
        )
        self._queried[shown.version] = shown

    async def receive(self) -> None:
        await asyncio.sleep(0)
        if self._next.done():
            self._apply(self._next.result())
            self._next = asyncio.ensure_future(anext(self._stream))

    async def catch_up(self) -> None:
        async with asyncio.timeout(3):
            while not self._is_exact_at(latest(self._house)):
                await self.receive()

    def _apply(self, message: Update) -> None:
        self._board.apply(message)
        assert self._is_exact_at(self._board.version or "")

    def _is_exact_at(self, version: str) -> bool:
        shown = self._queried[version]
        return self._board.rows == shown.top[: self._first] and self._board.own == shown.viewer_entry


@given(steps=STEPS, first=st.integers(0, 6), viewer=st.integers(0, 5))
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
async def test_a_client_that_applies_all_messages_has_what_the_query_returned_at_that_version(
    steps: list[tuple[str, int, int]], first: int, viewer: int
) -> None:
    harness = FeedHarness()
    users = [harness.learner() for _ in range(6)]
    client = ComparingClient(harness, users[viewer], first)
    await client.query()
    await client.connect()

    for act, who, amount in steps:
        if act == "earn":
            await harness.earn(earned(users[who], amount))
        elif act == "toggle":
            await harness.set_on_boards(users[who], not harness.boards.on_boards[users[who]])
        await client.query()
        if act == "reconnect":
            await client.leave()
            await client.connect()
        for _ in range(12 if act == "rest" else 2):
            await client.receive()

    await client.catch_up()
    await client.leave()
