"""Deletion requests: users have their account deleted after a grace period, or cancel that."""

from domain.accounts import audit, roles
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.authentication import password_checks
from domain.authentication.ports import AuthenticationPorts, Client
from domain.errors import NotFoundError
from domain.mail import messages, outbox
from domain.mail.messages import Recipient
from domain.privacy.deletion import GRACE, RECENT, Deletion, ProofNeededError
from domain.privacy.work import PrivacyWork
from domain.unit_of_work import OpenUnitOfWork


async def request(
    open_reads: OpenUnitOfWork[PrivacyWork],
    open_work: OpenUnitOfWork[PrivacyWork],
    act: Act,
    client: Client,
    ports: AuthenticationPorts,
    *,
    password: str | None,
) -> Deletion:
    """Mark the caller's account for deletion; a repeated request does not move the date.

    The caller proves who they are with the password, or without one by a sign-in of the last ten minutes. Raises
    InvalidCredentialsError, BusyError, TooManyAttemptsError, ProofNeededError or LastAdminError.
    """
    if password is None:
        async with open_work() as work:
            await _check_recent(work, act)
            return await _mark(work, act, ports)
    verdict = await password_checks.check_own(
        open_reads, open_work, act, client, ports, password=password, field="password"
    )
    async with password_checks.accepted(open_work, verdict), open_work() as work:
        await password_checks.accept(work, verdict)
        return await _mark(work, act, ports)


async def cancel(work: PrivacyWork, act: Act) -> None:
    """Cancel the deletion of the caller's account; without a pending one nothing changes."""
    await work.roles.lock()
    account = await work.roles.account(act.user_id, now=act.now)
    if account is None or account.deletes_at is None:
        return
    await work.deletions.mark(act.user_id, None)
    await audit.record(work.audit, act, AuditAction.DELETION_CANCELLED, target=act.user_id)


async def _check_recent(work: PrivacyWork, act: Act) -> None:
    """Raise ProofNeededError unless the caller's session was opened in the last ten minutes."""
    opened = await work.deletions.signed_in_at(act.session_id)
    if opened is None or act.now - opened > RECENT:
        raise ProofNeededError("Send your password, or sign in again and repeat this.", field="password")


async def _mark(work: PrivacyWork, act: Act, ports: AuthenticationPorts) -> Deletion:
    user_id = act.user_id
    await work.roles.lock()
    account = await work.roles.account(user_id, now=act.now)
    if account is None:
        raise NotFoundError("There is no such user.")
    if account.deletes_at is not None:
        return Deletion(user_id=user_id, deletes_at=account.deletes_at)
    await roles.keep_an_admin(work.roles, account, now=act.now)
    deletion = Deletion(user_id=user_id, deletes_at=act.now + GRACE)
    await work.deletions.mark(user_id, deletion.deletes_at)
    (user,) = await work.users.by_ids([user_id], viewer_id=user_id)
    if user is not None:
        recipient = Recipient(email=account.email, handle=user.handle, public_url=ports.public_url)
        mail = messages.deletion_requested(recipient, at=deletion.deletes_at)
        await outbox.post(work, act, mail)
    await audit.record(work.audit, act, AuditAction.DELETION_REQUESTED, target=user_id)
    return deletion
