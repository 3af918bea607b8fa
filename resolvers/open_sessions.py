"""Answers about the sessions that are open, and about ending them."""

from domain import leaving
from domain.ids import SessionId, UserId
from domain.sessions import MOST_SESSIONS, Session
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VIEWER)
async def sessions_by_user(context: Context, ids: list[UserId]) -> list[list[Session] | None]:
    """Load the viewer's open sessions; everybody else's slot stays empty."""
    if context.viewer is None:
        return [None] * len(ids)
    own = context.user_id
    async with context.open_reads() as reads:
        found = await reads.sessions.open_by_users(ids, viewer_id=own, now=context.now())
    return [held[:MOST_SESSIONS] if id_ == own else None for id_, held in zip(ids, found, strict=True)]


async def current(session: Session, context: Context) -> bool:
    """Tell whether the session is the one that asks."""
    return context.viewer is not None and session.id == context.viewer.session_id


async def logout(context: Context) -> bool:
    """End the caller's session."""
    async with context.open_work() as work:
        await leaving.logout(
            work, viewer=context.caller, origin=context.origin, mint=context.ports.mint, now=context.now()
        )
    context.door.clear_cookie()
    return True


async def revoke_session(context: Context, *, id: SessionId) -> Session:
    """End one of the caller's sessions."""
    async with context.open_work() as work:
        ended = await leaving.revoke(
            work,
            user_id=context.user_id,
            session_id=id,
            origin=context.origin,
            mint=context.ports.mint,
            now=context.now(),
        )
    if id == context.caller.session_id:
        context.door.clear_cookie()
    return ended


async def revoke_all_sessions(context: Context, *, keep_current: bool = True) -> int:
    """End the caller's sessions, all or all others, and return how many those were."""
    async with context.open_work() as work:
        ended = await leaving.revoke_all(
            work,
            user_id=context.user_id,
            keep=context.caller.session_id if keep_current else None,
            origin=context.origin,
            mint=context.ports.mint,
            now=context.now(),
        )
    if not keep_current:
        context.door.clear_cookie()
    return len(ended)
