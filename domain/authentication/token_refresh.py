"""Token refresh: a refresh token is exchanged for its one successor; a reused token ends the session."""

from collections.abc import Sequence
from dataclasses import replace

from domain.accounts import audit, suspensions
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.authentication import sessions, sign_out
from domain.authentication.sessions import Session, SessionLifetime, Sessions, SignedIn, Spent
from domain.authentication.work import AuthenticationWork


async def refresh(
    work: AuthenticationWork,
    act: Act,
    *,
    refresh_token: str,
    secrets: Sequence[bytes],
    lifetime: SessionLifetime,
) -> SignedIn | None:
    """Spend a refresh token and return its one successor, or None if the token is not valid or the session is over.

    The successor is derived from the spent token, so that a client whose response was lost may repeat the call and
    gets the same one, as long as nothing used that. A token that comes back after its successor was used was
    stolen: the session ends, and the caller must commit that before it refuses. The first secret derives
    successors; the others are earlier ones, under which a repeated call may have been answered. Raises
    AccountSuspendedError, which spends nothing.
    """
    spent = await work.sessions.spend(sessions.digest(refresh_token), now=act.now)
    if spent is None:
        return None
    session = spent.session
    used = replace(
        session,
        expires_at=lifetime.end(session.created_at, now=act.now),
        last_used_at=act.now,
        address=act.origin.address,
    )
    if used.expires_at <= act.now:  # the operator shortened the lifetime since
        await sign_out.end(work, act, [session.id], user_id=session.user_id)
        return None
    successor = await _successor_of(work.sessions, refresh_token, spent, secrets)
    if successor is None:
        await _revoke_stolen(work, act, session)
        return None
    claims = await work.access.claims(session.user_id)
    (user,) = await work.users.by_ids([session.user_id], viewer_id=session.user_id)
    if user is None or claims is None:
        return None
    suspensions.refuse(claims.suspension, now=act.now)
    await work.sessions.succeed(used, token_hash=sessions.digest(successor))
    return sessions.signed_in(user, claims, used, successor)


async def _successor_of(store: Sessions, token: str, spent: Spent, secrets: Sequence[bytes]) -> str | None:
    """Return the successor of a token, or None if the token may not be presented any more."""
    if spent.spent_before is None:
        return sessions.successor(token, secrets[0])
    for secret in secrets:
        successor = sessions.successor(token, secret)
        if await store.is_unspent(sessions.digest(successor)):
            return successor
    return None


async def _revoke_stolen(work: AuthenticationWork, act: Act, session: Session) -> None:
    """End the session of a reused token; the entry in the audit log has no actor, because it is not known."""
    await sign_out.end(work, act, [session.id], user_id=session.user_id)
    await audit.record(
        work.audit,
        act.by(None),
        AuditAction.REFRESH_TOKEN_REUSED,
        target=session.user_id,
        difference={"session": session.id, "device": session.device},
    )
