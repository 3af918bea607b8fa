"""Recovering: a password is replaced, by who knows the old one or reads the account's mail."""

from datetime import datetime

from domain import access, audit, identity, leaving, letters, mails, one_time_tokens, sessions, throttles
from domain.audit import AuditAction, Origin
from domain.errors import NotFoundError
from domain.holders import Holder
from domain.ids import Mint, SessionId, UserId
from domain.one_time_tokens import OneTimeToken, TokenPurpose
from domain.passwords import Passwords, checked_password
from domain.work import Work


async def request_reset(
    work: Work,
    *,
    email: str,
    address: str | None,
    origin: Origin,
    mint: Mint,
    now: datetime,
    secret: bytes,
    public_url: str,
) -> None:
    """Send the link that sets a new password, where the address has an account; raises TooManyAttemptsError.

    An unknown address gets the same answer after as many statements. Wrong passwords do not count here.
    """
    email = identity.checked_email(email)
    counted = await throttles.attempt_mail(
        work.throttles, email=email, address=address, secret=secret, now=now
    )
    holder = await work.holders.by_email(email)
    if holder is None:
        await work.throttles.keep(counted.key)
        await work.throttles.keep(counted.key)
        await mails.post(work.mails, mails.to_nobody(), emit=work.emit)
        return
    token = await one_time_tokens.issue(
        work.one_time_tokens,
        purpose=TokenPurpose.RESET_PASSWORD,
        user_id=holder.user_id,
        email=email,
        mint=mint,
        now=now,
        secret=secret,
    )
    await _told(work, AuditAction.PASSWORD_RESET_REQUESTED, None, holder.user_id, origin, mint=mint, now=now)
    letter = letters.reset_password(email, handle=holder.handle, public_url=public_url, token=token)
    await mails.post(work.mails, letter, emit=work.emit)


async def holder_of(work: Work, *, token: str, now: datetime) -> Holder:
    """Return whose password a reset token may set, and leave it good; raises InvalidTokenError."""
    found = await work.one_time_tokens.find(
        sessions.digest(token), purpose=TokenPurpose.RESET_PASSWORD, now=now
    )
    holder = await work.holders.by_id(found.user_id) if found else None
    if found is None or holder is None:
        raise one_time_tokens.invalid()
    return holder


async def redeem(
    work: Work, *, token: str, purpose: TokenPurpose, now: datetime
) -> tuple[OneTimeToken, Holder]:
    """Spend a token that came by mail and return it with whose it is; raises InvalidTokenError.

    The account is held before the token is taken, as whoever voids tokens does; the other way round, each of two
    might wait for the other.
    """
    digest = sessions.digest(token)
    found = await work.one_time_tokens.find(digest, purpose=purpose, now=now)
    holder = await work.holders.hold(found.user_id) if found else None
    spent = await work.one_time_tokens.spend(digest, purpose=purpose, now=now) if holder else None
    if spent is None or holder is None:
        raise one_time_tokens.invalid()
    return spent, holder


async def own(work: Work, user_id: UserId) -> Holder:
    """Return how the user signs in; raises NotFoundError where they are gone."""
    holder = await work.holders.by_id(user_id)
    if holder is None:
        raise NotFoundError("There is no such user.")
    return holder


def checked(password: str, *, holder: Holder, passwords: Passwords) -> str:
    """Return a new password of an account when it is strong enough; raises WeakPasswordError."""
    return checked_password(
        password, email=holder.email, handle=holder.handle, passwords=passwords, field="newPassword"
    )


async def reset(
    work: Work,
    *,
    token: str,
    password_hash: str,
    origin: Origin,
    mint: Mint,
    now: datetime,
    public_url: str,
) -> None:
    """Spend a reset token for a new password; raises InvalidTokenError. All sessions end.

    Who got the token reads the account's mail, which proves the address too.
    """
    spent, holder = await redeem(work, token=token, purpose=TokenPurpose.RESET_PASSWORD, now=now)
    if spent.email == holder.email:
        await work.holders.set_verified_email(holder.user_id, holder.email)
    await _replace(work, holder, password_hash, keep=None, now=now, public_url=public_url)
    await access.withdraw(work.access, user_id=holder.user_id, now=now, emit=work.emit)
    await _told(work, AuditAction.PASSWORD_RESET, holder.user_id, holder.user_id, origin, mint=mint, now=now)


async def change(
    work: Work,
    *,
    holder: Holder,
    password_hash: str,
    keep: SessionId,
    origin: Origin,
    mint: Mint,
    now: datetime,
    public_url: str,
) -> None:
    """Replace the password of someone who proved the old one; all sessions but this one end."""
    await _replace(work, holder, password_hash, keep=keep, now=now, public_url=public_url)
    await _told(
        work, AuditAction.PASSWORD_CHANGED, holder.user_id, holder.user_id, origin, mint=mint, now=now
    )


async def _replace(
    work: Work, holder: Holder, password_hash: str, *, keep: SessionId | None, now: datetime, public_url: str
) -> None:
    await work.holders.set_password(holder.user_id, password_hash)
    await work.one_time_tokens.void(holder.user_id, purpose=TokenPurpose.RESET_PASSWORD)
    await leaving.end_all(work, user_id=holder.user_id, keep=keep, now=now)
    letter = letters.password_changed(holder.email, handle=holder.handle, public_url=public_url)
    await mails.post(work.mails, letter, emit=work.emit)


async def _told(
    work: Work,
    action: AuditAction,
    actor_id: UserId | None,
    user_id: UserId,
    origin: Origin,
    *,
    mint: Mint,
    now: datetime,
) -> None:
    await audit.record(
        work.audit, mint=mint, now=now, actor_id=actor_id, action=action, target=user_id, origin=origin
    )
