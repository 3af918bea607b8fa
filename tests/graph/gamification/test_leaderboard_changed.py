"""The subscription leaderboardChanged on real Postgres."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.gamification import leaderboard_projection, xp
from domain.gamification.leaderboards import LeaderboardScope, LeaderboardWindow, board_of
from domain.gamification.xp import Award, XpReason
from domain.unit_of_work import Meter
from resolvers.live.board_feed import BoardFeed
from tests.support.clients.board_client import CHANGED, Client, board, earn, subscribed, until
from tests.support.projection import projecting
from tests.support.schema_client import Asker


@pytest.fixture
async def live(ask: Asker) -> Asker:
    """The schema with a feed of short intervals."""
    ask.ports.boards = BoardFeed(interval_s=0.01, tick_s=0.2)
    return ask


async def test_a_subscriber_gets_a_snapshot_and_then_changes(live: Asker) -> None:
    (ada, viewer), (bob, _) = await live.learner(), await live.learner()
    await earn(live, (ada, 10))

    async with subscribed(live, viewer) as client:
        await earn(live, (bob, 30))
        await until(lambda: len(client.messages) == 2)

        snapshot, delta = client.messages
        assert [e["user"]["id"] for e in snapshot["entries"]] == [ada.id]
        assert delta["since"] == snapshot["version"]
        assert [(e["user"]["id"], e["rank"]) for e in delta["entered"]] == [(bob.id, 1)]
        assert [(e["user"]["id"], e["rank"], e["isViewer"]) for e in delta["moved"]] == [(ada.id, 2, True)]
        assert delta["viewerEntry"]["rank"] == 2


async def test_an_anonymous_caller_can_subscribe(live: Asker) -> None:
    async with subscribed(live) as client:
        assert client.messages == [
            client.messages[0]
            | {"__typename": "LeaderboardSnapshot", "version": "0", "entries": [], "viewerEntry": None}
        ]


async def test_a_steady_and_a_resuming_subscriber_end_with_the_board_that_the_query_returns(
    live: Asker,
) -> None:
    learners = [await live.learner() for _ in range(4)]
    users = [user for user, _ in learners]
    (_, ada), (_, bob) = learners[:2]
    away = Client()
    async with subscribed(live, bob, away):
        await earn(live, (users[0], 10))
        await until(lambda: len(away.messages) == 2)

    async with subscribed(live, ada) as steady:
        for n in range(8):
            await earn(live, (users[n % 4], 7 + n))
        async with subscribed(live, bob, away, after=away.version):
            await earn(live, (users[1], 100))
            for client, viewer in ((steady, ada), (away, bob)):
                final = await board(live, viewer)
                await until(lambda client=client, final=final: client.version == final["version"])  # type: ignore[misc]
                assert client.rows == final["entries"]
                assert client.own == final["viewerEntry"]

    assert [m["__typename"] for m in away.messages].count("LeaderboardSnapshot") == 1


async def test_the_projector_brings_an_award_to_subscribers(live: Asker) -> None:
    (ada, viewer) = await live.learner()
    ports = live.ports

    async with subscribed(live, viewer) as client, projecting(ports.open_work, ports.signals) as failures:
        async with live.postgres.open_work(Meter()) as work:
            award = Award(
                user_id=ada.id,
                reason=XpReason.GOAL_COMPLETED,
                source_type="goal",
                source_id="goal_1",
                amount=100,
                occurred_at=live.clock(),
                local_date=live.clock().date(),
                explanation="A goal was completed.",
            )
            await xp.award(work.xp, [award, award], mint=ports.mint, emit=work.emit)
        await until(lambda: len(client.messages) == 2)

        assert [(e["user"]["id"], e["xp"], e["delta"]) for e in client.rows] == [(ada.id, 100, 100)]
        assert client.rows == (await board(live, viewer))["entries"]
        assert failures == []


async def test_a_hidden_learner_leaves_every_view_and_keeps_their_own_entry(live: Asker) -> None:
    (ada, viewer), (bob, _) = await live.learner(), await live.learner()
    await earn(live, (ada, 10), (bob, 5))

    async with subscribed(live, viewer) as own, subscribed(live) as other:
        async with live.postgres.open_work(Meter()) as work:
            await leaderboard_projection.set_on_boards(
                work.boards_projection, user_id=ada.id, on_boards=False, now=live.clock(), emit=work.emit
            )
        await until(lambda: len(own.messages) == len(other.messages) == 2)

        assert other.messages[1]["left"] == [ada.id]
        assert [e["rank"] for e in other.rows] == [1]
        assert own.messages[1]["left"] == [ada.id]
        assert own.own is not None
        assert own.own["rank"] == 1


async def test_the_weekly_subscriber_gets_a_snapshot_of_the_new_week(live: Asker) -> None:
    (ada, viewer) = await live.learner()
    await earn(live, (ada, 10))

    async with subscribed(live, viewer, window="WEEKLY") as client:
        live.clock.forward(days=7)
        await until(lambda: len(client.messages) == 2)

        assert client.messages[1]["__typename"] == "LeaderboardSnapshot"
        assert client.rows == []


@pytest.mark.parametrize("first", [-1, 101])
async def test_a_size_out_of_range_is_refused_with_its_argument(ask: Asker, first: int) -> None:
    stream = await ask.stream(CHANGED, None, first=first)

    response = stream if isinstance(stream, dict) else await anext(stream)

    (error,) = response["errors"]
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_USER_INPUT", "first")


async def test_a_message_costs_one_read_of_the_board_and_one_of_its_users(live: Asker) -> None:
    learners = [await live.learner() for _ in range(30)]
    await earn(live, *((user, 10 + n) for n, (user, _) in enumerate(learners)))
    meters: list[Meter] = []

    @asynccontextmanager
    async def counting(meter: Meter) -> AsyncIterator[Any]:
        meters.append(meter)
        async with live.postgres.open_reads(meter) as reads:
            yield reads

    live.ports.open_reads = counting
    async with subscribed(live, learners[0][1], first=30) as client:
        await earn(live, *((user, 5) for user, _ in learners))
        await until(lambda: len(client.messages) == 2)

        assert sum(meter.statements for meter in {id(m): m for m in meters}.values()) == 4


async def test_a_subscriber_that_leaves_leaves_nothing_behind(live: Asker) -> None:
    _, viewer = await live.learner()

    async with subscribed(live, viewer), subscribed(live):
        pass

    key = board_of(LeaderboardScope.GLOBAL, LeaderboardWindow.ALL_TIME, live.clock())
    assert not live.ports.boards._cache(key).is_watched
    assert live.ports.signals._listeners == {}  # type: ignore[attr-defined]


@pytest.mark.slow
@given(
    steps=st.lists(st.tuples(st.integers(0, 4), st.integers(-10, 30).filter(bool)), min_size=1, max_size=8),
    first=st.integers(1, 4),
)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
async def test_a_subscriber_has_what_the_query_returns(
    live: Asker, steps: list[tuple[int, int]], first: int
) -> None:
    learners = [await live.learner() for _ in range(5)]

    async with subscribed(live, learners[0][1], first=first) as client:
        for who, amount in steps:
            await earn(live, (learners[who][0], amount))
            live.clock.forward(seconds=1)
        final = await board(live, learners[0][1], first=first)
        await until(lambda: client.version == final["version"])

        assert client.rows == final["entries"]
        assert client.own == final["viewerEntry"]
