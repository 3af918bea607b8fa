"""Resolvers of sessions: the open ones of the viewer, and ending them."""

from domain.authentication import sign_out
from domain.authentication.sessions import MOST_SESSIONS, Session
from domain.ids import SessionId, UserId
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VIEWER)
async def sessions_by_user(context: Context, ids: list[UserId]) -> list[list[Session] | None]:
    """Load the viewer's open sessions; the slots of other users stay empty."""
    if context.viewer is None:
        return [None] * len(ids)
    own = context.user_id
    async with context.open_reads() as reads:
        found = await reads.sessions.open_by_users(ids, viewer_id=own, now=context.now())
    return [
        sessions[:MOST_SESSIONS] if id_ == own else None for id_, sessions in zip(ids, found, strict=True)
    ]


@batch(Rows.VIEWER)
async def sessions_by_id(context: Context, ids: list[SessionId]) -> list[Session | None]:
    """Load the viewer's own open sessions."""
    async with context.open_reads() as reads:
        return await reads.sessions.by_ids(ids, viewer_id=context.user_id, now=context.now())


async def current(session: Session, context: Context) -> bool:
    """Tell whether the session is the caller's current one."""
    return context.viewer is not None and session.id == context.viewer.session_id


async def logout(context: Context) -> bool:
    """End the caller's session."""
    async with context.open_work() as work:
        await sign_out.logout(work, context.act())
    context.note("signed_out", session_id=context.caller.session_id)
    context.request_info.clear_cookie()
    return True


async def revoke_session(context: Context, *, id: SessionId) -> Session:
    """End one of the caller's sessions."""
    async with context.open_work() as work:
        ended = await sign_out.revoke(work, context.act(), session_id=id)
    context.note("signed_out", session_id=id)
    if id == context.caller.session_id:
        context.request_info.clear_cookie()
    return ended


async def revoke_all_sessions(context: Context, *, keep_current: bool = True) -> int:
    """End all sessions of the caller, or all but the current one, and return how many ended."""
    keep = context.caller.session_id if keep_current else None
    async with context.open_work() as work:
        ended = await sign_out.revoke_all(work, context.act(), keep=keep)
    context.note("signed_out", sessions=len(ended))
    if not keep_current:
        context.request_info.clear_cookie()
    return len(ended)
