"""Suppressions that tests need: of an address, for a reason."""

from collections.abc import Sequence
from typing import Any

from domain.accounts.users import Role, Viewer
from domain.ids import SuppressionId
from domain.mail.suppressions import NewSuppression, SuppressionReason
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.support.accounts import accepted
from tests.support.jobs import an_operator
from tests.support.list_fields import ListPaths
from tests.support.schema_client import Asker
from tests.support.seen_fields import WatchingAsker, everything


async def suppressed(ask: Asker, address: str, reason: SuppressionReason) -> SuppressionId:
    """Suppress an address as an event of a mail does."""
    new = NewSuppression(
        id=SuppressionId(mint("suppression")),
        address_digest=ask.ports.mail_keys.digest(address),
        reason=reason,
        since=ask.clock(),
    )
    async with ask.postgres.open_work(Meter()) as work:
        assert await work.suppressions.add(new)
    return new.id


async def suppressed_by_hand(ask: Asker, viewer: Viewer, size: int) -> None:
    """Let an operator suppress so many addresses."""
    for number in range(size):
        await accepted(ask, viewer, "suppressAddress", email=f"stopped{number}@example.org", reason="A test.")


async def address_of(ask: Asker, viewer: Viewer) -> str:
    """Return the address of a user."""
    async with ask.postgres.open_reads(Meter()) as reads:
        own = await reads.credentials.by_id(viewer.user_id)
    assert own is not None
    return own.email


async def of_reason(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Suppress an address for each reason, and return what the filter of each finds."""
    viewer = await an_operator(ask)
    ids = [
        await suppressed(ask, f"{n}@example.org", SuppressionReason(each)) for n, each in enumerate(values)
    ]
    text = "query ($r: SuppressionReason) { suppressions(reason: $r) { nodes { id } } }"
    found = [(await ask.data(text, viewer, r=value))["suppressions"]["nodes"] for value in values]
    assert found == [[{"id": each}] for each in ids]
    return found


async def suppressions_of_every_reason(ask: WatchingAsker) -> None:
    """Suppress the address of an operator for every reason, who asks for mails and consents to the counting of clicks."""
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.OPERATOR])
    email = await address_of(ask, viewer)
    await suppressed(ask, email, SuppressionReason.HARD_BOUNCE)
    await suppressed(ask, email, SuppressionReason.COMPLAINT)
    await accepted(ask, viewer, "suppressAddress", email=email, reason="A test.")
    await accepted(ask, viewer, "updateEmailPreferences", weeklyDigest=True, clickCounting=True)
    none = ListPaths({})
    await ask.data(f"{{ suppressions {everything('SuppressionConnection', 2, none)} }}", viewer)
    await ask.data(f"{{ viewer {{ emailPreferences {everything('EmailPreferences', 2, none)} }} }}", viewer)
