"""Erasing: users have their accounts deleted, or keep them after all; after the grace the platform anonymises."""

from collections.abc import Callable
from datetime import datetime

from domain import access, audit, letters, mails, roles
from domain.audit import NOWHERE, AuditAction, Origin
from domain.erasure import GRACE, HANDLE_BYTES, RECENT, Deletion, ProofNeededError
from domain.errors import NotFoundError
from domain.ids import Mint, SessionId, UserId
from domain.work import Work


async def check_recent(work: Work, *, session_id: SessionId, now: datetime) -> None:
    """Raise ProofNeededError unless the session was opened in the last ten minutes."""
    opened = await work.erasure.signed_in_at(session_id)
    if opened is None or now - opened > RECENT:
        raise ProofNeededError("Send your password, or sign in again and repeat this.", field="password")


async def request(work: Work, *, user_id: UserId, now: datetime, mint: Mint, origin: Origin) -> Deletion:
    """Let the caller's account be anonymised after the grace; asking again does not move the day.

    Raises LastAdminError for the last admin.
    """
    await work.roles.hold()
    account = await work.roles.account(user_id, now=now)
    if account is None:
        raise NotFoundError("There is no such user.")
    if account.deletes_at is not None:
        return Deletion(user_id=user_id, deletes_at=account.deletes_at)
    await roles.keep_an_admin(work.roles, account, now=now)
    deletion = Deletion(user_id=user_id, deletes_at=now + GRACE)
    await work.erasure.mark(user_id, deletion.deletes_at)
    (user,) = await work.users.by_ids([user_id], viewer_id=user_id)
    if user is not None:
        letter = letters.deletion_requested(account.email, handle=user.handle, at=deletion.deletes_at)
        await mails.post(work.mails, letter, emit=work.emit)
    await _told(work, AuditAction.DELETION_REQUESTED, user_id, user_id, origin=origin, mint=mint, now=now)
    return deletion


async def cancel(work: Work, *, user_id: UserId, now: datetime, mint: Mint, origin: Origin) -> None:
    """Keep the caller's account after all; without a deletion under way nothing changes."""
    await work.roles.hold()
    account = await work.roles.account(user_id, now=now)
    if account is None or account.deletes_at is None:
        return
    await work.erasure.mark(user_id, None)
    await _told(work, AuditAction.DELETION_CANCELLED, user_id, user_id, origin=origin, mint=mint, now=now)


async def erase_one(
    work: Work, *, now: datetime, mint: Mint, randomness: Callable[[int], bytes]
) -> UserId | None:
    """Anonymise one account whose grace is over; returns whose, or None where there is nothing to do.

    One transaction an account: a process that dies leaves it as it was, and the next one begins again.
    """
    await work.roles.hold()  # first, as everybody does who changes accounts: nobody gives roles meanwhile
    user_id = await work.erasure.due(now=now)
    if user_id is None:
        return None
    await access.withdraw(work.access, user_id=user_id, now=now, emit=work.emit)
    await work.erasure.anonymise(user_id, handle=f"deleted_{randomness(HANDLE_BYTES).hex()}", now=now)
    await work.audit.forget(user_id)
    await _told(work, AuditAction.ACCOUNT_ANONYMISED, None, user_id, origin=NOWHERE, mint=mint, now=now)
    return user_id


async def _told(
    work: Work,
    action: AuditAction,
    actor_id: UserId | None,
    user_id: UserId,
    *,
    origin: Origin,
    mint: Mint,
    now: datetime,
) -> None:
    await audit.record(
        work.audit, mint=mint, now=now, actor_id=actor_id, action=action, target=user_id, origin=origin
    )
