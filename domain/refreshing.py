"""Refreshing: a refresh token is spent for its one successor, and one that comes back ends the session."""

from collections.abc import Sequence
from datetime import datetime

from domain import audit, leaving, sessions, suspensions
from domain.audit import AuditAction, Origin
from domain.ids import Mint
from domain.sessions import GRACE, Session, Sessions, SignedIn, Spent
from domain.work import Work


async def refresh(
    work: Work, *, refresh_token: str, origin: Origin, mint: Mint, now: datetime, secrets: Sequence[bytes]
) -> SignedIn | None:
    """Spend a refresh token and return its one successor, or None where the whole session was revoked.

    The successor is derived from the spent token, so that a client whose answer got lost may repeat the call
    within ten seconds and gets the same one. A token that comes back later, or after its successor was used,
    was stolen: the session ends, which the caller must commit before it refuses. Of the secrets the first
    derives; the others are those of before, under which a repeated call may have been answered. Raises
    AccountSuspendedError, which spends nothing.
    """
    spent = await work.sessions.spend(sessions.digest(refresh_token), now=now)
    if spent is None:
        return None
    session = spent.session
    successor = await _successor_of(work.sessions, refresh_token, spent, now=now, secrets=secrets)
    if successor is None:
        await _revoke_stolen(work, session, origin=origin, mint=mint, now=now)
        return None
    standing = await work.access.standing(session.user_id)
    (user,) = await work.users.by_ids([session.user_id], viewer_id=session.user_id)
    if user is None or standing is None:
        return None
    suspensions.refuse(standing.suspension, now=now)
    await work.sessions.succeed(
        session.id, token_hash=sessions.digest(successor), now=now, address=origin.address
    )
    return sessions.signed_in(user, standing, session, successor)


async def _successor_of(
    store: Sessions, token: str, spent: Spent, *, now: datetime, secrets: Sequence[bytes]
) -> str | None:
    """Return the token that follows, or None where the spent one is not to be presented any more."""
    if spent.spent_before is None:
        return sessions.successor(token, secrets[0])
    if now - spent.spent_before > GRACE:
        return None
    for secret in secrets:
        successor = sessions.successor(token, secret)
        if await store.is_unspent(sessions.digest(successor)):
            return successor
    return None


async def _revoke_stolen(work: Work, session: Session, *, origin: Origin, mint: Mint, now: datetime) -> None:
    """End the family of a token that came back; who presented it is not known, so nobody is the actor."""
    await leaving.end(work, [session.id], user_id=session.user_id, now=now)
    await audit.record(
        work.audit,
        mint=mint,
        now=now,
        actor_id=None,
        action=AuditAction.REFRESH_TOKEN_REUSED,
        target=session.user_id,
        origin=origin,
        difference={"session": session.id, "device": session.device},
    )
