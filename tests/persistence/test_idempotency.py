"""Receipts of idempotency keys: each is remembered for 24 hours, and removed after that."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from domain import retention
from domain.idempotency import FIRST_RECEIPT, REMEMBERED, Receipt
from domain.ids import UserId
from domain.unit_of_work import Meter
from domain.work import Work
from persistence.stores import SqlWork
from persistence.work import Postgres
from tests.builders.acts import NOON

ADA, BOB = UserId("user_ada"), UserId("user_bob")
MOMENT = timedelta(microseconds=1)


async def claim(work: Work, key: str, *, user_id: UserId = ADA, age: timedelta = REMEMBERED) -> bool:
    """Claim a key as of some time ago; tell whether that was its first use."""
    receipt = Receipt(fingerprint="f", result_id="goal_one")
    found = await work.receipts.claim(
        user_id=user_id, operation="createGoal", key=key, receipt=receipt, now=NOON - age
    )
    return found is None


async def left(work: SqlWork) -> list[str]:
    rows = await work.connection.raw.fetch("SELECT key FROM idempotency_receipts ORDER BY key")
    return [row["key"] for row in rows]


async def test_a_receipt_is_removed_from_the_moment_on_when_its_key_is_forgotten(work: SqlWork) -> None:
    await claim(work, "old")
    await claim(work, "young", age=REMEMBERED - MOMENT)

    await work.receipts.forget(before=NOON - REMEMBERED, after=FIRST_RECEIPT, most=10)

    assert await left(work) == ["young"]
    assert not await claim(work, "young", age=timedelta(0))
    assert await claim(work, "old", age=timedelta(0))


async def test_each_call_looks_at_the_next_few_whether_or_not_they_are_old(work: SqlWork) -> None:
    for key in ("1", "2", "3", "4"):
        await claim(work, key, age=timedelta(0) if key == "2" else REMEMBERED)
    await claim(work, "0", user_id=BOB)
    seen, after = [], FIRST_RECEIPT

    while after is not None:
        after = await work.receipts.forget(before=NOON - REMEMBERED, after=after, most=2)
        seen.append((after, await left(work)))

    assert seen == [
        ((ADA, "createGoal", "2"), ["0", "2", "3", "4"]),
        ((ADA, "createGoal", "4"), ["0", "2"]),
        ((BOB, "createGoal", "0"), ["2"]),
        (None, ["2"]),
    ]


async def test_a_receipt_that_is_being_claimed_again_is_left(postgres: Postgres) -> None:
    async with postgres.open_work(Meter()) as work:
        for key in ("busy", "idle"):
            await claim(work, key)

    async with postgres.open_work(Meter()) as claiming:
        assert await claim(claiming, "busy", age=timedelta(0))
        async with postgres.open_work(Meter()) as tidying:
            await tidying.receipts.forget(before=NOON - REMEMBERED, after=FIRST_RECEIPT, most=10)

    async with postgres.open_reads(Meter()) as reads:
        assert await left(reads) == ["busy"]


async def test_all_old_receipts_go_in_short_transactions(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "RECEIPTS_AT_ONCE", 3)
    async with postgres.open_work(Meter()) as work:
        for number in range(7):
            await claim(work, str(number), age=timedelta(0) if number == 5 else REMEMBERED)
    meters = []

    @asynccontextmanager
    async def open_work() -> AsyncIterator[Work]:
        meters.append(Meter())
        async with postgres.open_work(meters[-1]) as work:
            yield work

    await retention.remove_receipts(open_work, now=NOON)

    async with postgres.open_reads(Meter()) as reads:
        assert await left(reads) == ["5"]
    assert [meter.statements for meter in meters] == [1, 1, 1, 1]
