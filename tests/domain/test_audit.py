"""The audit log: what an entry may hold, and between which ids a span of time lies."""

from datetime import UTC, datetime, timedelta

from domain import audit, ids
from domain.audit import NOWHERE, AuditAction, AuditFilter, bounds, first_id_at
from domain.ids import UserId
from domain.paging import window
from tests.builders import mint
from tests.fakes.audit import FakeAudit

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def test_what_the_platform_does_by_itself_has_no_actor_and_no_address() -> None:
    log = FakeAudit()

    await audit.record(
        log,
        mint=mint,
        now=NOON,
        actor_id=None,
        action=AuditAction.ACCOUNT_ANONYMISED,
        target=UserId("user_1"),
        origin=NOWHERE,
    )

    (entry,) = (await log.page(AuditFilter(), window())).nodes
    assert (entry.actor_id, entry.address, entry.session_id, entry.difference) == (None, None, None, [])


async def test_a_difference_is_cut_to_what_is_worth_keeping() -> None:
    log = FakeAudit()

    await audit.record(
        log,
        mint=mint,
        now=NOON,
        actor_id=None,
        action=AuditAction.USER_SUSPENDED,
        target="user_1",
        origin=NOWHERE,
        difference={"reason": "x" * 10_000, "until": None},
    )

    (entry,) = (await log.page(AuditFilter(), window())).nodes
    assert [(d.name, d.value) for d in entry.difference] == [("reason", "x" * 500), ("until", None)]


def test_a_span_of_time_is_a_span_of_ids() -> None:
    at = int(NOON.timestamp() * 1_000)
    before, first, last = (
        ids.compose("audit", milliseconds=at + offset, randomness=noise)
        for offset, noise in ((-1, b"\xff" * 10), (0, bytes(10)), (999, b"\xff" * 10))
    )

    low, high = bounds(AuditFilter(since=NOON, until=NOON + timedelta(seconds=1)))

    assert before < low <= first < last < high


def test_without_a_span_every_id_is_inside() -> None:
    low, high = bounds(AuditFilter())

    assert (
        low
        <= first_id_at(datetime(1, 1, 1, tzinfo=UTC))
        < first_id_at(datetime.max.replace(tzinfo=UTC))
        < high
    )
