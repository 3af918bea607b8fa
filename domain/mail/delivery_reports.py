"""Delivery reports: records what became of a mail, and suppresses its address where that is a reason to."""

from datetime import timedelta

from domain.acts import Act
from domain.entities import entity
from domain.ids import SuppressionId
from domain.mail import suppressions
from domain.mail.mail_events import MailEvent, MailEventKind
from domain.mail.mail_keys import MailKeys
from domain.mail.suppressions import NewSuppression, SuppressionReason
from domain.mail.work import MailWork

SOFT_BOUNCES = 3
"""How many mails to an address bounce softly within `SOFT_WINDOW` until it is suppressed."""
SOFT_WINDOW = timedelta(days=14)


@entity
class Recorded:
    """What recording an event did: whether it is new, and why its address gets no more mails from now on."""

    is_new: bool
    suppressed_by: SuppressionReason | None = None


async def record(work: MailWork, act: Act, keys: MailKeys, event: MailEvent) -> Recorded:
    """Record an event once, and suppress the address where the event is a reason to."""
    recipient = await work.mail_events.add(event)
    if recipient is None:
        return Recorded(is_new=False)
    reason = await _reason(work, event, recipient) if recipient else None
    if reason is None:
        return Recorded(is_new=True)
    new = NewSuppression(
        id=SuppressionId(act.mint("suppression")),
        address_digest=keys.digest(recipient),
        reason=reason,
        since=act.now,
    )
    is_suppressed = await suppressions.add_once(work.suppressions, keys, recipient, new)
    return Recorded(is_new=True, suppressed_by=reason if is_suppressed else None)


async def _reason(work: MailWork, event: MailEvent, recipient: str) -> SuppressionReason | None:
    if event.kind is MailEventKind.COMPLAINED:
        return SuppressionReason.COMPLAINT
    if event.kind is not MailEventKind.BOUNCED:
        return None
    if event.is_hard:
        return SuppressionReason.HARD_BOUNCE
    bounced = await work.mail_events.soft_bounces(recipient, since=event.at - SOFT_WINDOW)
    return SuppressionReason.HARD_BOUNCE if bounced >= SOFT_BOUNCES else None
