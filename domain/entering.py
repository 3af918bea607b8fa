"""Entering: a session is opened for someone who was identified, whichever way."""

from datetime import datetime, timedelta

from domain import audit, leaving, letters, mails, sessions, suspensions
from domain.audit import AuditAction, Origin
from domain.ids import Mint, SessionId, UserId
from domain.sessions import MOST_SESSIONS, REFRESH_LIFETIME, InvalidCredentialsError, Session, SignedIn
from domain.users import User
from domain.work import Work

DEVICE_KNOWN_FOR = timedelta(days=90)
"""A device that was not used for so long is new again."""


async def enter(
    work: Work,
    *,
    user_id: UserId,
    device: str | None,
    origin: Origin,
    mint: Mint,
    now: datetime,
    secret: bytes,
) -> SignedIn:
    """Open a session for someone who was identified; raises InvalidCredentialsError if they are gone.

    Raises AccountSuspendedError too. The session that was unused longest ends where there would be too many; who
    signs in on a device that they did not use in the last 90 days is told by mail.
    """
    standing = await work.access.standing(user_id)  # holds the user, so that sign-ins are counted one by one
    (user,) = await work.users.by_ids([user_id], viewer_id=user_id)
    if user is None or standing is None:
        raise InvalidCredentialsError("No account has this e-mail and password; check both and try again.")
    suspensions.refuse(standing.suspension, now=now)
    await _make_room(work, user_id, now=now)
    await _warn_of_new_device(work, user, device, origin, now=now)
    session = Session(
        id=SessionId(mint("session")),
        user_id=user_id,
        created_at=now,
        expires_at=now + REFRESH_LIFETIME,
        last_used_at=now,
        device=device,
        address=origin.address,
    )
    token = sessions.first_token("refresh", mint, secret)
    await work.sessions.add(session, token_hash=sessions.digest(token))
    await audit.record(
        work.audit,
        mint=mint,
        now=now,
        actor_id=user_id,
        action=AuditAction.SIGNED_IN,
        target=user_id,
        origin=Origin(address=origin.address, session_id=session.id),
        difference={"device": device},
    )
    return sessions.signed_in(user, standing, session, token)


async def _make_room(work: Work, user_id: UserId, *, now: datetime) -> None:
    (held,) = await work.sessions.open_by_users([user_id], viewer_id=user_id, now=now)
    await leaving.end(work, [session.id for session in held[MOST_SESSIONS - 1 :]], user_id=user_id, now=now)


async def _warn_of_new_device(
    work: Work, user: User, device: str | None, origin: Origin, *, now: datetime
) -> None:
    known = await work.sessions.knows_device(user.id, device, since=now - DEVICE_KNOWN_FOR)
    if known is not False:
        return
    (account,) = await work.users.accounts_by_ids([user.id], viewer_id=user.id)
    if account is not None:
        letter = letters.new_device_sign_in(
            account.email, handle=user.handle, device=device, address=origin.address, at=now
        )
        await mails.post(work.mails, letter, emit=work.emit)
