"""Monotonic reads: whatever replicas do, no user reads less than they changed, or saw in the same process."""

import asyncio
from collections.abc import Iterator
from typing import Any, cast

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.ids import UserId
from persistence.replicas.read_replicas import ReadReplicas
from persistence.replicas.readers import PRIMARY
from persistence.replicas.recent_writers import MARGIN_S, RecentWriters
from persistence.replicas.replica import Replica, ReplicaRun
from persistence.replicas.watch import ReplicaWatch

LATE_S = 1.0
WRITERS = [UserId("user_a"), UserId("user_b")]
READERS = [*WRITERS, UserId("user_c"), UserId("user_d")]
GATEWAYS = [0, 1]
SERVERS = [0, 1]
SECONDS = st.sampled_from([0.0, 0.05, 0.25, 0.25, 0.25, 0.6])


class Log:
    """The log of the primary, and how much of it each replica has replayed and keeps through a crash."""

    def __init__(self) -> None:
        self.now = 100.0
        self.written = 1
        self.replayed = dict.fromkeys(SERVERS, 1)
        self.kept = dict.fromkeys(SERVERS, 1)
        self.following = set(SERVERS)
        self.away: set[int] = set()
        self.wrote: dict[UserId, float] = {}


class PrimaryLine:
    """What a watch asks the primary."""

    def __init__(self, log: Log) -> None:
        self._log = log

    async def ask(self, _sql: str) -> tuple[int, int, int, int]:
        return 7, 1, self._log.written * 8 + 48, 16_777_216


class ReplicaLine:
    """What a watch asks a replica."""

    def __init__(self, log: Log, number: int) -> None:
        self._log = log
        self._number = number

    async def ask(self, _sql: str) -> tuple[int, int, int, bool, bool]:
        if self._number in self._log.away:
            raise asyncpg.PostgresConnectionError("away")
        return 7, 1, self._log.replayed[self._number] * 8 + 48, True, False


class WritersOfAll:
    """The writers that all gateways of the model share."""

    def __init__(self, log: Log) -> None:
        self._log = log

    async def note(self, user: UserId) -> None:
        self._log.wrote[user] = self._log.now

    async def may_include(self, user: UserId) -> bool:
        return self._log.now - self._log.wrote.get(user, -1_000.0) <= LATE_S + MARGIN_S


class NoConnections:
    """The lender of a replica of the model, which has no connections."""

    pool = property(lambda self: self)

    def renew(self) -> None:
        """There are none."""


class Gateway:
    """One gateway of the model: its replicas, and the watch over them."""

    def __init__(self, log: Log) -> None:
        self.replicas = [Replica(f"replica-{number}", cast(Any, NoConnections())) for number in SERVERS]
        writers = cast(RecentWriters, WritersOfAll(log))
        self.reads = ReadReplicas(self.replicas, writers, late_s=LATE_S, clock=lambda: log.now)
        self.watch = ReplicaWatch(cast(Any, None), [], late_s=LATE_S, clock=lambda: log.now)
        self.watch._primary = cast(Any, PrimaryLine(log))
        self.watch._lines = [
            (replica, cast(Any, ReplicaLine(log, number))) for number, replica in enumerate(self.replicas)
        ]
        self.seen: dict[UserId, int] = {}


class Readings(RuleBasedStateMachine):
    """Users read and write through two gateways while replicas lag, crash and return."""

    def __init__(self) -> None:
        super().__init__()
        self.log = Log()
        self.loop = asyncio.new_event_loop()
        self.gateways = [Gateway(self.log) for _ in GATEWAYS]
        self.changed: dict[UserId, int] = {}
        self.from_replicas = 0

    def teardown(self) -> None:
        self.loop.close()

    @rule(seconds=SECONDS, looking=st.sampled_from([GATEWAYS, GATEWAYS, [0], [1]]))
    def a_round_passes(self, seconds: float, looking: list[int]) -> None:
        self.log.now += seconds
        for server in self.log.following:
            self.log.replayed[server] = self.log.written
        for number in looking:
            self.loop.run_until_complete(self.gateways[number].watch.look())

    @rule(number=st.sampled_from(SERVERS))
    def stop_following(self, number: int) -> None:
        self.log.following.discard(number)

    @rule(number=st.sampled_from(SERVERS))
    def follow(self, number: int) -> None:
        self.log.following.add(number)

    @rule(number=st.sampled_from(SERVERS))
    def keep(self, number: int) -> None:
        self.log.kept[number] = self.log.replayed[number]

    @precondition(lambda self: not self.log.away)
    @rule(number=st.sampled_from(SERVERS))
    def crash(self, number: int) -> None:
        self.log.away.add(number)
        self.log.following.discard(number)
        for gateway in self.gateways:
            gateway.replicas[number].lose()

    @precondition(lambda self: self.log.away)
    @rule()
    def return_with_what_was_kept(self) -> None:
        number = self.log.away.pop()
        self.log.replayed[number] = self.log.kept[number]

    @rule(user=st.sampled_from(WRITERS), number=st.sampled_from(GATEWAYS))
    def write(self, user: UserId, number: int) -> None:
        self.log.written += 1
        self.loop.run_until_complete(self.gateways[number].reads.wrote(user))
        self.changed[user] = self.gateways[number].seen[user] = self.log.written

    @rule(user=st.sampled_from(READERS), number=st.sampled_from(GATEWAYS))
    def one_reads(self, user: UserId, number: int) -> None:
        self.read(user, number)

    @rule(number=st.sampled_from(GATEWAYS))
    def all_read(self, number: int) -> None:
        for user in READERS:
            self.read(user, number)

    def read(self, user: UserId, number: int) -> None:
        gateway = self.gateways[number]

        run = self.loop.run_until_complete(gateway.reads.route(user))

        shown = self.log.written
        if run is not None:
            shown = self.log.replayed[gateway.replicas.index(run.replica)]
            self.from_replicas += 1
        gateway.reads.readers.note(user, run if isinstance(run, ReplicaRun) else PRIMARY)
        assert shown >= gateway.seen.get(user, 0), "less than seen in this process"
        assert shown >= self.changed.get(user, 0), "less than changed"
        gateway.seen[user] = shown

    @invariant()
    def no_replica_that_is_away_is_read(self) -> None:
        for gateway in self.gateways:
            assert all(gateway.replicas[number].absence is not None for number in self.log.away)


@pytest.fixture
def model() -> Iterator[Readings]:
    """A model whose replicas are in use."""
    started = Readings()
    for _ in range(5):
        started.a_round_passes(0.6, GATEWAYS)
    yield started
    started.teardown()


TestReadings = Readings.TestCase
TestReadings.settings = settings(
    max_examples=40, stateful_step_count=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def test_a_user_reads_replicas_again_once_they_show_the_write(model: Readings) -> None:
    model.write(WRITERS[0], 0)
    model.all_read(0)
    before = model.from_replicas
    for _ in range(5):
        model.a_round_passes(0.6, GATEWAYS)

    model.read(WRITERS[0], 0)
    model.read(WRITERS[0], 1)

    assert before == len(READERS) - 1
    assert model.from_replicas == before + 2


@pytest.mark.parametrize("lost", SERVERS)
def test_users_of_a_lost_replica_do_not_read_less_on_the_other(model: Readings, lost: int) -> None:
    model.stop_following(1 - lost)
    model.write(WRITERS[0], 1)
    model.a_round_passes(0.05, GATEWAYS)
    model.all_read(0)

    model.crash(lost)
    model.all_read(0)

    assert model.from_replicas > 0


def test_a_user_who_read_the_primary_does_not_read_less_on_a_replica(model: Readings) -> None:
    reads = model.gateways[0].reads
    model.log.now += 0.05
    for server in SERVERS:
        model.stop_following(server)
    reads.readers.note(READERS[2])

    chosen = model.loop.run_until_complete(reads.route(READERS[2]))
    other = model.loop.run_until_complete(reads.route(READERS[3]))
    for server in SERVERS:
        model.follow(server)
    model.a_round_passes(0.25, GATEWAYS)
    later = model.loop.run_until_complete(reads.route(READERS[2]))

    assert chosen is None
    assert other is not None
    assert later is not None
