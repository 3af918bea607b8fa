"""Status watch: what a process sees reaches all processes, and what nobody sees any more is forgotten."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.dependency_table import MAIL_SERVER
from domain.mail.mails import MailServerUnavailableError
from domain.service_status.dependencies import PostponedError
from domain.service_status.parts import PartState, ServicePart
from domain.unit_of_work import Meter
from gateway.service_status.circuit_breakers import CircuitBreakers
from gateway.service_status.local_troubles import BUSY_FOR, SIGNALS_MISSED_FOR, LocalTroubles
from gateway.service_status.status_board import StatusBoard
from gateway.service_status.status_watch import NOT_SERVED_FOR, StatusWatch
from persistence.bulkheads import Bulkheads
from persistence.signals import LocalSignals, RedisSignals
from tests.builders.jobs import a_worker
from tests.support.schema_client import Asker


class FakeLender:
    """The parts of a lender of connections that are looked at."""

    def __init__(self) -> None:
        self.bulkheads = Bulkheads(4)
        self.is_full = False


class Process:
    """One process: its breakers, its board and its watch, which looks when a test says so."""

    def __init__(self, ask: Asker, signals: Any = None) -> None:
        self.ask = ask
        self.breakers = CircuitBreakers()
        self.board = StatusBoard()
        self.lender = FakeLender()
        local = LocalTroubles(self.breakers, self.lender, signals or LocalSignals())  # type: ignore[arg-type]
        self.watch = StatusWatch(ask.ports, self.board, local, clock=lambda: ask.clock().timestamp())

    async def state(self, part: ServicePart) -> PartState:
        """Look, and return the state of a part."""
        await self.watch.look()
        return next(each.state for each in self.board.current.parts if each.part is part)

    async def open_mail_breaker(self) -> None:
        for _ in range(MAIL_SERVER.failures):
            with pytest.raises((MailServerUnavailableError, PostponedError)):
                async with self.breakers.guard(MAIL_SERVER):
                    raise MailServerUnavailableError("TimeoutError", for_good=False)


async def work(ask: Asker) -> None:
    """Let a worker of all queues show that it lives."""
    async with ask.postgres.open_work(Meter()) as stores:
        await stores.queues.beat(a_worker(now=ask.clock(), queues=["mail", "maintenance"]))


async def reports(ask: Asker) -> int:
    async with ask.postgres.open_work(Meter()) as stores:
        count: int = await stores.connection.raw.fetchval("SELECT count(*) FROM service_reports")
    return count


async def test_a_breaker_that_opens_in_one_process_is_told_by_all(ask: Asker) -> None:
    first, second = Process(ask), Process(ask)
    await work(ask)
    await first.open_mail_breaker()

    assert await first.state(ServicePart.MAIL) is PartState.DOWN
    assert await second.state(ServicePart.MAIL) is PartState.DOWN
    mail = next(each for each in second.board.current.parts if each.part is ServicePart.MAIL)
    assert (mail.since, mail.message) == (ask.clock(), MAIL_SERVER.sentence)


async def test_when_the_service_answers_again_all_processes_know_it_and_nothing_is_stored(ask: Asker) -> None:
    first, second = Process(ask), Process(ask)
    await work(ask)
    await first.open_mail_breaker()
    await first.state(ServicePart.MAIL)

    first.breakers._breakers.clear()
    assert await first.state(ServicePart.MAIL) is PartState.OPERATIONAL
    ask.clock.forward(seconds=6)
    await work(ask)
    assert await second.state(ServicePart.MAIL) is PartState.OPERATIONAL
    assert (second.board.is_degraded, await reports(ask)) == (False, 0)


async def test_what_a_dead_process_saw_is_forgotten(ask: Asker) -> None:
    first, second = Process(ask), Process(ask)
    await work(ask)
    await first.open_mail_breaker()
    await first.state(ServicePart.MAIL)
    ask.clock.forward(seconds=16)
    await work(ask)

    assert await second.state(ServicePart.MAIL) is PartState.OPERATIONAL


async def test_a_process_repeats_what_it_sees_as_long_as_it_lives(ask: Asker) -> None:
    first, second = Process(ask), Process(ask)
    await first.open_mail_breaker()
    for _ in range(4):
        await work(ask)
        await first.watch.look()
        ask.clock.forward(seconds=6)

    assert await second.state(ServicePart.MAIL) is PartState.DOWN


async def test_a_change_is_signalled_so_that_others_look_at_once(ask: Asker) -> None:
    first = Process(ask)
    async with ask.ports.signals.listen("service_status") as signals:
        await first.open_mail_breaker()
        await first.watch.look()
        await first.watch.look()
        heard = await asyncio.wait_for(anext(signals), 1)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(signals), 0.05)

    assert heard.body.startswith("process_")


@pytest.mark.parametrize(
    ("queues", "part"),
    [
        (["imports", "mail", "printouts", "webhooks"], ServicePart.JOBS),
        (
            ["chats", "generation", "imports", "maintenance", "printouts", "reviews", "webhooks"],
            ServicePart.MAIL,
        ),
        (
            ["chats", "generation", "imports", "maintenance", "mail", "printouts", "reviews"],
            ServicePart.WEBHOOKS,
        ),
    ],
)
async def test_a_queue_without_a_worker_counts_after_workers_had_time_to_restart(
    ask: Asker, queues: list[str], part: ServicePart
) -> None:
    process = Process(ask)

    async def look() -> PartState:
        async with ask.postgres.open_work(Meter()) as stores:
            await stores.queues.beat(a_worker(now=ask.clock(), queues=queues))
        return await process.state(part)

    assert await look() is PartState.OPERATIONAL
    ask.clock.forward(seconds=NOT_SERVED_FOR.total_seconds())
    assert await look() is PartState.DOWN
    others = {each.part: each.state for each in process.board.current.parts if each.part is not part}
    assert set(others.values()) == {PartState.OPERATIONAL}


async def test_a_paused_queue_is_not_served(ask: Asker) -> None:
    process = Process(ask)
    async with ask.postgres.open_work(Meter()) as stores:
        await stores.queues.pause("mail", by=None, reason="A test.", now=ask.clock())
    await work(ask)
    await process.watch.look()
    ask.clock.forward(seconds=31)
    await work(ask)

    assert await process.state(ServicePart.MAIL) is PartState.DOWN


async def test_a_database_that_does_not_answer_twice_is_down_until_it_answers(
    ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = Process(ask)
    await work(ask)
    reads = ask.ports.open_reads

    def broken(_meter: Meter) -> Any:
        raise OSError

    ask.ports.open_reads = broken
    assert await process.state(ServicePart.DATABASE) is PartState.OPERATIONAL
    ask.clock.forward(seconds=1)
    assert await process.state(ServicePart.DATABASE) is PartState.DOWN
    ask.ports.open_reads = reads
    ask.clock.forward(seconds=1)
    assert await process.state(ServicePart.DATABASE) is PartState.OPERATIONAL


async def test_refused_statements_and_a_full_disk_degrade_the_database(ask: Asker) -> None:
    process = Process(ask)
    process.lender.bulkheads.refused["users"] = 1

    assert await process.state(ServicePart.DATABASE) is PartState.DEGRADED
    ask.clock.forward(seconds=BUSY_FOR.total_seconds())
    assert await process.state(ServicePart.DATABASE) is PartState.OPERATIONAL
    process.lender.is_full = True
    assert await process.state(ServicePart.DATABASE) is PartState.DEGRADED


async def test_a_lost_redis_delays_live_updates_once_it_is_lost_for_a_while(ask: Asker) -> None:
    signals = RedisSignals(None, sender="a test")  # type: ignore[arg-type]
    process = Process(ask, signals)

    assert await process.state(ServicePart.LIVE_UPDATES) is PartState.OPERATIONAL
    ask.clock.forward(seconds=SIGNALS_MISSED_FOR.total_seconds())
    assert await process.state(ServicePart.LIVE_UPDATES) is PartState.DEGRADED
    signals.connected.set()
    assert await process.state(ServicePart.LIVE_UPDATES) is PartState.OPERATIONAL


async def test_of_a_dependency_with_many_servers_one_that_fails_degrades_the_part(ask: Asker) -> None:
    process = Process(ask)
    for _ in range(MAIL_SERVER.failures):
        with pytest.raises((MailServerUnavailableError, PostponedError)):
            async with process.breakers.guard(MAIL_SERVER, "one.example.org"):
                raise MailServerUnavailableError("TimeoutError", for_good=False)

    assert await process.state(ServicePart.MAIL) is PartState.DEGRADED


async def test_while_all_is_well_a_look_costs_one_read_every_five_seconds(ask: Asker) -> None:
    process = Process(ask)
    await work(ask)
    statements = 0
    reads = ask.ports.open_reads

    def counted(meter: Meter) -> Any:
        nonlocal statements
        statements += 1
        return reads(meter)

    ask.ports.open_reads = counted
    for _ in range(20):
        await process.watch.look()
        ask.clock.forward(seconds=timedelta(seconds=0.5).total_seconds())

    assert statements == 2
    assert await reports(ask) == 0
