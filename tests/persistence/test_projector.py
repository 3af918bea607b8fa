"""The job that keeps the boards: alone, with others, and with a database that fails."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from domain import boards_projection, xp
from domain.boards_projection import Earned
from domain.ids import UserId
from domain.leaderboards import BoardPage
from domain.signals import Signal, newest
from domain.work import Meter
from persistence.signals import LocalSignals
from persistence.work import Postgres, SqlWork
from tests.builders import a_user
from tests.builders.leaderboards import EVER, MONDAY, earned, naive
from tests.leaderboard_rooms import SqlRoom
from tests.projecting import projecting


async def write(postgres: Postgres, *ones: Earned, tell: bool = True) -> None:
    async with postgres.open_work(Meter()) as work:
        await SqlRoom(work).write(ones)
        if tell:
            work.emit(Signal(topic=xp.TOPIC, body="someone"))


async def learners(postgres: Postgres, count: int) -> list[UserId]:
    async with postgres.open_work(Meter()) as work:
        return [(await work.users.add(a_user())).id for _ in range(count)]


async def page(postgres: Postgres) -> BoardPage:
    async with postgres.open_reads(Meter()) as reads:
        return await reads.boards.page(EVER, top=100, viewers=[])


async def left_in_outbox(postgres: Postgres) -> int:
    async with postgres.open_reads(Meter()) as reads:
        count: int = await SqlRoom(reads).raw.fetchval("SELECT count(*) FROM xp_outbox")
        return count


async def until_projected(postgres: Postgres, total: int) -> None:
    async with asyncio.timeout(10):
        while sum(e.xp for e in (await page(postgres)).top) != total or await left_in_outbox(postgres):
            await asyncio.sleep(0.02)


async def test_an_award_wakes_the_projector_long_before_its_tick(postgres: Postgres) -> None:
    (user,) = await learners(postgres, 1)

    async with projecting(postgres.open_work, postgres._signals, tick_s=60) as complaints:
        await asyncio.sleep(0.1)
        await write(postgres, earned(user, 10))
        await until_projected(postgres, 10)

    assert complaints == []


async def test_the_tick_finds_what_no_signal_told(postgres: Postgres) -> None:
    (user,) = await learners(postgres, 1)

    async with projecting(postgres.open_work, postgres._signals, tick_s=0.05):
        await write(postgres, earned(user, 10), tell=False)
        await until_projected(postgres, 10)


async def test_a_burst_is_applied_in_batches_to_the_end(postgres: Postgres) -> None:
    users = await learners(postgres, 5)
    ledger = [earned(user, 3) for user in users for _ in range(20)]
    await write(postgres, *ledger, tell=False)

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
        await until_projected(postgres, sum(one.amount for one in ledger))

    shown = await page(postgres)
    assert shown.top == naive(EVER, ledger)
    assert shown.total == 9


async def test_opting_out_while_projectors_run_loses_nobody(postgres: Postgres) -> None:
    users = await learners(postgres, 6)
    ledger = [earned(user, 1 + n) for n, user in enumerate(users * 10)]

    async def flicker(user: UserId) -> None:
        for shown in (False, True, False, True):
            async with postgres.open_work(Meter()) as work:
                await boards_projection.appear(
                    work.boards_projection, user_id=user, on_boards=shown, now=MONDAY, emit=work.emit
                )

    async with projecting(postgres.open_work, postgres._signals, tick_s=0.02, pause_s=0, batch=5):
        await asyncio.gather(
            *(flicker(user) for user in users[:3]),
            *(write(postgres, *ledger[n : n + 6]) for n in range(0, len(ledger), 6)),
        )
        await until_projected(postgres, sum(one.amount for one in ledger))

    assert (await page(postgres)).top == naive(EVER, ledger)


async def test_the_projector_outlives_its_database_and_backs_off(postgres: Postgres) -> None:
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

    async with projecting(failing, postgres._signals, tick_s=0.01) as complaints:
        await until_projected(postgres, 10)

    assert [str(error) for error, _ in complaints] == ["out of luck"] * 3
    assert [seconds for _, seconds in complaints] == [0.01, 0.02, 0.04]


async def test_nothing_of_a_batch_that_fails_is_kept_or_told(postgres: Postgres) -> None:
    (user,) = await learners(postgres, 1)
    await write(postgres, earned(user, 10))

    async with postgres._signals.listen(f"board:{EVER.key}") as heard:
        with suppress(RuntimeError):
            async with postgres.open_work(Meter()) as work:
                await boards_projection.project(work.boards_projection, now=MONDAY, emit=work.emit)
                raise RuntimeError

        assert await newest(heard, within=0.05) is None
    assert (await page(postgres)).top == []
    assert await left_in_outbox(postgres) == 1


async def test_a_projector_that_finds_another_at_work_does_not_wait(postgres: Postgres) -> None:
    (user,) = await learners(postgres, 1)
    await write(postgres, earned(user, 10))

    async with postgres.open_work(Meter()) as busy, postgres.open_work(Meter()) as other:
        await boards_projection.project(busy.boards_projection, now=MONDAY, emit=busy.emit)
        async with asyncio.timeout(1):
            applied = await boards_projection.project(other.boards_projection, now=MONDAY, emit=other.emit)

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
            assert await boards_projection.project(work.boards_projection, now=MONDAY, emit=work.emit) == size
        counts.append(meter.statements)

    assert counts == [5, 5, 5]
