"""Leaderboard projection: the job alone, beside others, and with a database that fails."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from domain.gamification import leaderboard_projection, xp
from domain.gamification.leaderboard_projection import OutboxEntry
from domain.gamification.leaderboards import BoardPage
from domain.ids import UserId
from domain.signals import Signal, newest
from domain.unit_of_work import Meter
from persistence.signals import LocalSignals
from persistence.stores import SqlWork
from persistence.work import Postgres
from tests.builders import a_user
from tests.builders.leaderboards import EVER, MONDAY, earned, naive
from tests.support.leaderboards import SqlBoardStores
from tests.support.projection import projecting


async def write(postgres: Postgres, *entries: OutboxEntry, signal: bool = True) -> None:
    async with postgres.open_work(Meter()) as work:
        await SqlBoardStores(work).write(entries)
        if signal:
            work.emit(Signal(topic=xp.TOPIC, body="someone"))


async def learners(postgres: Postgres, count: int) -> list[UserId]:
    async with postgres.open_work(Meter()) as work:
        return [(await work.users.add(a_user())).id for _ in range(count)]


async def page(postgres: Postgres) -> BoardPage:
    async with postgres.open_reads(Meter()) as reads:
        return await reads.boards.page(EVER, top=100, viewers=[])


async def left_in_outbox(postgres: Postgres) -> int:
    async with postgres.open_reads(Meter()) as reads:
        count: int = await SqlBoardStores(reads).raw.fetchval("SELECT count(*) FROM xp_outbox")
        return count


async def until_projected(postgres: Postgres, total: int) -> None:
    async with asyncio.timeout(10):
        while sum(e.xp for e in (await page(postgres)).top) != total or await left_in_outbox(postgres):
            await asyncio.sleep(0.02)


async def test_an_award_wakes_the_projector_long_before_its_tick(postgres: Postgres) -> None:
    (user,) = await learners(postgres, 1)

    async with projecting(postgres.open_work, postgres._signals, tick_s=60) as failures:
        await asyncio.sleep(0.1)
        await write(postgres, earned(user, 10))
        await until_projected(postgres, 10)

    assert failures == []


async def test_the_tick_finds_entries_without_a_signal(postgres: Postgres) -> None:
    (user,) = await learners(postgres, 1)

    async with projecting(postgres.open_work, postgres._signals, tick_s=0.05):
        await write(postgres, earned(user, 10), signal=False)
        await until_projected(postgres, 10)


async def test_a_burst_is_applied_in_batches_to_the_end(postgres: Postgres) -> None:
    users = await learners(postgres, 5)
    ledger = [earned(user, 3) for user in users for _ in range(20)]
    await write(postgres, *ledger, signal=False)

    async with projecting(postgres.open_work, postgres._signals, tick_s=60, pause_s=0, batch=7):
        await until_projected(postgres, 300)

    assert (await page(postgres)).top == naive(EVER, ledger)


async def test_projectors_side_by_side_apply_each_entry_once(postgres: Postgres) -> None:
    users = await learners(postgres, 9)
    ledger = [earned(user, 1 + n % 7) for n, user in enumerate(users * 20)]
    other = Postgres(postgres._database, LocalSignals())

    async with (
        projecting(postgres.open_work, postgres._signals, tick_s=0.02, pause_s=0, batch=11),
        projecting(other.open_work, other._signals, tick_s=0.02, pause_s=0, batch=13),
        projecting(other.open_work, other._signals, tick_s=0.02, pause_s=0, batch=3),
    ):
        await asyncio.gather(*(write(postgres, *ledger[n : n + 9]) for n in range(0, len(ledger), 9)))
        await until_projected(postgres, sum(entry.amount for entry in ledger))

    found = await page(postgres)
    assert found.top == naive(EVER, ledger)
    assert found.total == 9


async def test_opting_out_while_projectors_run_loses_no_learner(postgres: Postgres) -> None:
    users = await learners(postgres, 6)
    ledger = [earned(user, 1 + n) for n, user in enumerate(users * 10)]

    async def opt_out_and_in(user: UserId) -> None:
        for shown in (False, True, False, True):
            async with postgres.open_work(Meter()) as work:
                await leaderboard_projection.set_on_boards(
                    work.boards_projection, user_id=user, on_boards=shown, now=MONDAY, emit=work.emit
                )

    async with projecting(postgres.open_work, postgres._signals, tick_s=0.02, pause_s=0, batch=5):
        await asyncio.gather(
            *(opt_out_and_in(user) for user in users[:3]),
            *(write(postgres, *ledger[n : n + 6]) for n in range(0, len(ledger), 6)),
        )
        await until_projected(postgres, sum(entry.amount for entry in ledger))

    assert (await page(postgres)).top == naive(EVER, ledger)


async def test_the_projector_survives_database_failures_and_backs_off(postgres: Postgres) -> None:
    (user,) = await learners(postgres, 1)
    await write(postgres, earned(user, 10))
    failures = 3

    @asynccontextmanager
    async def failing(meter: Meter) -> AsyncIterator[SqlWork]:
        nonlocal failures
        async with postgres.open_work(meter) as work:
            yield work
            if failures:
                failures -= 1
                raise RuntimeError("out of luck")

    async with projecting(failing, postgres._signals, tick_s=0.01) as reported:
        await until_projected(postgres, 10)

    assert [str(error) for error, _ in reported] == ["out of luck"] * 3
    assert [seconds for _, seconds in reported] == [0.01, 0.02, 0.04]


async def test_a_failed_batch_is_rolled_back_without_a_signal(postgres: Postgres) -> None:
    (user,) = await learners(postgres, 1)
    await write(postgres, earned(user, 10))

    async with postgres._signals.listen(f"board:{EVER.key}") as signals:
        with suppress(RuntimeError):
            async with postgres.open_work(Meter()) as work:
                await leaderboard_projection.project(work.boards_projection, now=MONDAY, emit=work.emit)
                raise RuntimeError

        assert await newest(signals, within=0.05) is None
    assert (await page(postgres)).top == []
    assert await left_in_outbox(postgres) == 1


async def test_a_projector_does_not_wait_for_another(postgres: Postgres) -> None:
    (user,) = await learners(postgres, 1)
    await write(postgres, earned(user, 10))

    async with postgres.open_work(Meter()) as busy, postgres.open_work(Meter()) as other:
        await leaderboard_projection.project(busy.boards_projection, now=MONDAY, emit=busy.emit)
        async with asyncio.timeout(1):
            applied = await leaderboard_projection.project(
                other.boards_projection, now=MONDAY, emit=other.emit
            )

    assert applied == 0
    await until_projected(postgres, 10)


async def test_projecting_takes_the_same_few_statements_for_one_entry_and_for_thousands(
    postgres: Postgres,
) -> None:
    users = await learners(postgres, 100)
    counts = []

    for size in (1, 10, 3_000):
        await write(
            postgres,
            *(earned(users[n % 100], 1 + n % 9, at=MONDAY + timedelta(days=n % 30)) for n in range(size)),
        )
        meter = Meter()
        async with postgres.open_work(meter) as work:
            assert (
                await leaderboard_projection.project(work.boards_projection, now=MONDAY, emit=work.emit)
                == size
            )
        counts.append(meter.statements)

    assert counts == [5, 5, 5]
