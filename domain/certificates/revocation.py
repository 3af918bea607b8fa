"""Revoking certificates: a moderator withdraws one with a reason, and its learner gets a mail."""

from domain.accounts import audit, roles
from domain.accounts.audit import AuditAction
from domain.accounts.users import Role
from domain.acts import Act
from domain.certificates.certificates import (
    LONGEST_REASON,
    Certificate,
    CertificateEndedError,
    checked_code,
)
from domain.certificates.work import CertificatesWork
from domain.errors import NotFoundError
from domain.mail import certificate_messages, outbox
from domain.mail.messages import Recipient
from domain.refusals import all_at_once
from domain.text import prose


async def revoke(work: CertificatesWork, act: Act, *, code: str, reason: str, public_url: str) -> Certificate:
    """Withdraw a valid certificate for good, and post a mail to its learner where their address is verified.

    Raises, all at once, InvalidInputError, ForbiddenError, NotFoundError or CertificateEndedError.
    """
    with all_at_once() as each:
        with each:
            reason = prose(reason, field="reason", longest=LONGEST_REASON, shortest=1)
        await roles.require(work.roles, user_id=act.user_id, role=Role.MODERATOR, now=act.now)
        known = None if (checked := checked_code(code)) is None else await work.certificates.by_code(checked)
        if known is None:
            raise NotFoundError("There is no certificate with this code.", field="code")
    revoked = await work.certificates.revoke(known.code, reason=reason, revoked_by=act.user_id, now=act.now)
    if revoked is None:
        raise CertificateEndedError("This certificate was withdrawn before.", field="code")
    await audit.record(
        work.audit, act, AuditAction.CERTIFICATE_REVOKED, target=revoked.id, difference={"reason": reason}
    )
    await _notify(work, act, revoked, public_url)
    return revoked


async def _notify(work: CertificatesWork, act: Act, revoked: Certificate, public_url: str) -> None:
    account = await work.roles.account(revoked.user_id, now=act.now)
    (user,) = await work.users.by_ids([revoked.user_id])
    if account is None or user is None or not account.email_verified:
        return
    to = Recipient(email=account.email, handle=user.handle, public_url=public_url)
    await outbox.post(work, act, certificate_messages.certificate_revoked(to, roadmap=revoked.title))
