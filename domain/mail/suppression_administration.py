"""Suppression administration: operators stop and resume the mails to an address, and readers resume their own.

An operator names an address and reads none: lists have only the reason of each suppression and what was noted.
"""

from domain import text
from domain.accounts import audit, email_addresses, roles
from domain.accounts.audit import AuditAction
from domain.accounts.users import Role
from domain.acts import Act
from domain.errors import NotFoundError
from domain.ids import SuppressionId
from domain.mail import suppressions
from domain.mail.mail_keys import MailKeys
from domain.mail.suppressions import NewSuppression, Suppression, SuppressionFilter, SuppressionReason
from domain.mail.work import MailWork
from domain.refusals import all_at_once

LONGEST_REASON = 500


async def suppress(work: MailWork, act: Act, keys: MailKeys, *, email: str, reason: str) -> Suppression:
    """Stop every mail to an address; doing it again changes nothing. Raises ForbiddenError and InvalidInputErrors."""
    with all_at_once() as each:
        with each:
            await require_operator(work, act)
        with each:
            email = email_addresses.checked_email(email)
        with each:
            reason = text.prose(reason, field="reason", longest=LONGEST_REASON, shortest=1)
    new = NewSuppression(
        id=SuppressionId(act.mint("suppression")),
        address_digest=keys.digest(email),
        reason=SuppressionReason.MANUAL,
        since=act.now,
        note=reason,
    )
    is_new = await suppressions.add_once(work.suppressions, keys, email, new)
    found = await work.suppressions.of_address(keys.digests(email))
    stored = next(one for one in found if one.reason is SuppressionReason.MANUAL)
    if is_new:
        await _record(work, act, AuditAction.ADDRESS_SUPPRESSED, stored, note=reason)
    return stored


async def lift(work: MailWork, act: Act, suppression_id: SuppressionId, *, reason: str) -> Suppression:
    """Let an address get mails again, as far as no other suppression stops them.

    Raises ForbiddenError, InvalidInputError, or NotFoundError.
    """
    with all_at_once() as each:
        with each:
            await require_operator(work, act)
        with each:
            reason = text.prose(reason, field="reason", longest=LONGEST_REASON, shortest=1)
    lifted = await work.suppressions.remove(suppression_id)
    if lifted is None:
        raise NotFoundError("There is no such suppression; it may have been lifted.", field="id")
    await _record(work, act, AuditAction.SUPPRESSION_LIFTED, lifted, note=reason)
    return lifted


async def lift_by_mail(
    work: MailWork, act: Act, keys: MailKeys, address: str, reasons: frozenset[SuppressionReason]
) -> None:
    """Lift suppressions of an address whose reader has just used a link that was mailed there."""
    for lifted in await work.suppressions.remove_of(keys.digests(address), reasons):
        await _record(work, act, AuditAction.SUPPRESSION_LIFTED, lifted, note=None)


def checked_filter(
    keys: MailKeys, *, reason: SuppressionReason | None, email: str | None
) -> SuppressionFilter:
    """Return the filter of a list; raises InvalidInputError for what is no address."""
    digests = None if email is None else keys.digests(email_addresses.checked_email(email))
    return SuppressionFilter(reason=reason, digests=digests)


async def require_operator(work: MailWork, act: Act) -> None:
    """Raise ForbiddenError unless the actor is an operator now, or the platform itself."""
    if act.actor_id is not None:
        await roles.require(work.roles, user_id=act.actor_id, role=Role.OPERATOR, now=act.now)


async def _record(
    work: MailWork, act: Act, action: AuditAction, changed: Suppression, *, note: str | None
) -> None:
    difference: dict[str, str | None] = {"suppressed_for": changed.reason.value}
    if note is not None:
        difference["reason"] = note
    await audit.record(work.audit, act, action, target=changed.id, difference=difference)
