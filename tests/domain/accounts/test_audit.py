"""Audit log: the content of an entry, and the ids of a span of time."""

from datetime import UTC, datetime, timedelta

from domain import ids
from domain.accounts import audit
from domain.accounts.audit import AuditAction, AuditFilter, bounds, first_id_at
from domain.acts import by_platform
from domain.ids import UserId
from domain.paging import window
from tests.builders import mint
from tests.builders.acts import an_act
from tests.fakes.audit import FakeAudit

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def test_an_act_of_the_platform_has_no_actor_and_no_address() -> None:
    log = FakeAudit()

    act = by_platform(now=NOON, mint=mint)
    await audit.record(log, act, AuditAction.ACCOUNT_ANONYMISED, target=UserId("user_1"))

    (entry,) = (await log.page(AuditFilter(), window())).nodes
    assert (entry.actor_id, entry.address, entry.session_id, entry.difference) == (None, None, None, [])


async def test_the_values_of_a_difference_are_cut_to_500_characters() -> None:
    log = FakeAudit()

    difference = {"reason": "x" * 10_000, "until": None}
    await audit.record(log, an_act(), AuditAction.USER_SUSPENDED, target="user_1", difference=difference)

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


def test_a_filter_without_times_includes_every_id() -> None:
    low, high = bounds(AuditFilter())

    assert (
        low
        <= first_id_at(datetime(1, 1, 1, tzinfo=UTC))
        < first_id_at(datetime.max.replace(tzinfo=UTC))
        < high
    )
