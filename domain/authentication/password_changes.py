"""Password changes: with the current password, or with a link sent by mail."""

from domain.accounts import access_revocation, audit, email_addresses
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.authentication import (
    attempt_limits,
    credentials,
    one_time_tokens,
    password_checks,
    sessions,
    sign_out,
)
from domain.authentication.credentials import Credentials
from domain.authentication.one_time_tokens import TokenPurpose
from domain.authentication.passwords import Passwords, checked_password
from domain.authentication.ports import AuthenticationPorts, Client
from domain.authentication.work import AuthenticationWork
from domain.ids import SessionId
from domain.mail import messages, outbox, suppression_administration
from domain.mail.messages import Recipient
from domain.mail.suppressions import LIFTED_BY_ARRIVING
from domain.refusals import all_at_once
from domain.unit_of_work import OpenUnitOfWork


async def request_reset(
    work: AuthenticationWork, act: Act, client: Client, ports: AuthenticationPorts, *, email: str
) -> None:
    """Send the link that sets a new password, if the address has an account; raises TooManyAttemptsError.

    For an unknown address the answer is the same, after as many statements. Wrong passwords do not count here.
    """
    email = email_addresses.checked_email(email)
    counted = await attempt_limits.count_mail(
        work.attempt_limits, email=email, address=client.address, secret=ports.refresh_secret, now=act.now
    )
    found = await work.credentials.by_email(email)
    if found is None:
        await work.attempt_limits.rewrite(counted.key)
        await work.attempt_limits.rewrite(counted.key)
        await outbox.post(work, act, outbox.decoy())
        return
    token = await one_time_tokens.issue(
        work.one_time_tokens,
        act,
        purpose=TokenPurpose.RESET_PASSWORD,
        user_id=found.user_id,
        email=email,
        secret=ports.refresh_secret,
    )
    await audit.record(work.audit, act.by(None), AuditAction.PASSWORD_RESET_REQUESTED, target=found.user_id)
    recipient = Recipient(email=email, handle=found.handle, public_url=ports.public_url)
    await outbox.post(work, act, messages.reset_password(recipient, token=token))


async def reset(
    open_reads: OpenUnitOfWork[AuthenticationWork],
    open_work: OpenUnitOfWork[AuthenticationWork],
    act: Act,
    ports: AuthenticationPorts,
    *,
    token: str,
    new_password: str,
) -> None:
    """Spend a reset token for a new password, and end all sessions.

    The token came by mail, so spending it verifies the address too, and clears the account's wrong passwords. Raises
    InvalidTokenError and WeakPasswordError, both at once, or BusyError.
    """
    async with open_reads() as reads:
        strong = await _judged(reads, act, ports, token=token, new_password=new_password)
    password_hash = await ports.passwords.hash(strong)
    async with open_work() as work:
        spent, locked = await one_time_tokens.redeem(
            work.one_time_tokens,
            work.credentials,
            token=token,
            purpose=TokenPurpose.RESET_PASSWORD,
            now=act.now,
        )
        act = act.by(locked.user_id)
        if spent.email == locked.email:
            await work.credentials.set_verified_email(locked.user_id, locked.email)
        await suppression_administration.lift_by_mail(
            work, act, ports.mail_keys, spent.email, LIFTED_BY_ARRIVING
        )
        await replace(work, act, ports, locked, password_hash, keep=None)
        await access_revocation.revoke(work.access, act, user_id=locked.user_id, emit=work.emit)
        await audit.record(work.audit, act, AuditAction.PASSWORD_RESET, target=locked.user_id)
        await password_checks.clear_wrong_passwords(work, email=locked.email, secret=ports.refresh_secret)


async def change(
    open_reads: OpenUnitOfWork[AuthenticationWork],
    open_work: OpenUnitOfWork[AuthenticationWork],
    act: Act,
    client: Client,
    ports: AuthenticationPorts,
    *,
    current_password: str,
    new_password: str,
) -> None:
    """Check the caller's current password, replace it, and end all sessions but the caller's.

    Raises WeakPasswordError, InvalidCredentialsError, BusyError or TooManyAttemptsError.
    """
    async with open_reads() as reads:
        own = await credentials.existing(reads.credentials, act.user_id)
    strong = _checked(new_password, own, ports.passwords)
    verdict = await password_checks.check(
        open_work, act, client, ports, email=own.email, password=current_password, field="currentPassword"
    )
    async with password_checks.accepted(open_work, verdict):
        password_hash = await ports.passwords.hash(strong)
        async with open_work() as work:
            locked = await password_checks.accept(work, verdict)
            await replace(work, act, ports, locked, password_hash, keep=act.session_id)
            await audit.record(work.audit, act, AuditAction.PASSWORD_CHANGED, target=locked.user_id)


async def _judged(
    reads: AuthenticationWork, act: Act, ports: AuthenticationPorts, *, token: str, new_password: str
) -> str:
    """Return the new password; with a token that is not valid it is judged without an account."""
    email = handle = ""
    with all_at_once() as each:
        with each:
            owner = await _with_token(reads, act, token)
            email, handle = owner.email, owner.handle
        return checked_password(
            new_password, email=email, handle=handle, passwords=ports.passwords, field="newPassword"
        )


async def _with_token(reads: AuthenticationWork, act: Act, token: str) -> Credentials:
    """Return the credentials that a reset token may change, without spending it; raises InvalidTokenError."""
    found = await reads.one_time_tokens.find(
        sessions.digest(token), purpose=TokenPurpose.RESET_PASSWORD, now=act.now
    )
    owner = await reads.credentials.by_id(found.user_id) if found else None
    if owner is None:
        raise one_time_tokens.invalid()
    return owner


def _checked(password: str, owner: Credentials, passwords: Passwords) -> str:
    return checked_password(
        password, email=owner.email, handle=owner.handle, passwords=passwords, field="newPassword"
    )


async def replace(
    work: AuthenticationWork,
    act: Act,
    ports: AuthenticationPorts,
    locked: Credentials,
    password_hash: str,
    *,
    keep: SessionId | None,
) -> None:
    """Replace the password of locked credentials, end all sessions but `keep`, and tell the owner by mail."""
    await work.credentials.set_password(locked.user_id, password_hash)
    await work.one_time_tokens.void(locked.user_id, purpose=TokenPurpose.RESET_PASSWORD)
    await sign_out.end_all(work, act, user_id=locked.user_id, keep=keep)
    recipient = Recipient(email=locked.email, handle=locked.handle, public_url=ports.public_url)
    await outbox.post(work, act, messages.password_changed(recipient))
