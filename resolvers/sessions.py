"""Answers about signing in and out."""

from datetime import datetime

from domain import sessions, users
from domain.entities import entity
from domain.sessions import InvalidRefreshTokenError, Session, SignedIn
from domain.users import Role, User
from resolvers.context import Context


@entity
class Tokens:
    """A signed-in user with the two secrets of the session."""

    user: User
    access_token: str
    access_token_expires_at: datetime
    refresh_token: str
    session: Session


async def register(
    context: Context, *, email: str, password: str, handle: str, display_name: str, time_zone: str = "UTC"
) -> Tokens:
    """Create an account and sign it in."""
    ports = context.ports
    new = await users.new_user(
        mint=ports.mint,
        now=context.now(),
        passwords=ports.passwords,
        email=email,
        password=password,
        handle=handle,
        display_name=display_name,
        time_zone=time_zone,
        roles=[Role.LEARNER],
    )
    async with context.open_work() as work:
        signed_in = await sessions.register(
            work.users,
            work.sessions,
            new=new,
            mint=ports.mint,
            now=context.now(),
            secret=ports.refresh_secret,
        )
    return _tokens(context, signed_in)


async def login(context: Context, *, email: str, password: str) -> Tokens:
    """Sign in with e-mail and password."""
    ports = context.ports
    async with context.open_reads() as reads:
        found = await reads.users.credentials(email.strip().lower())
    known = await sessions.identify(found, passwords=ports.passwords, password=password)
    async with context.open_work() as work:
        signed_in = await sessions.login(
            work.users,
            work.sessions,
            known=known,
            mint=ports.mint,
            now=context.now(),
            secret=ports.refresh_secret,
        )
    return _tokens(context, signed_in)


async def refresh_session(context: Context, *, refresh_token: str) -> Tokens:
    """Exchange a refresh token for new tokens."""
    async with context.open_work() as work:
        signed_in = await sessions.refresh(
            work.users,
            work.sessions,
            now=context.now(),
            secret=context.ports.refresh_secret,
            refresh_token=refresh_token,
        )
    if signed_in is None:
        raise InvalidRefreshTokenError(
            "This refresh token is not valid; sign in again.", field="refreshToken"
        )
    return _tokens(context, signed_in)


async def logout(context: Context) -> bool:
    """End the caller's session."""
    async with context.open_work() as work:
        await sessions.logout(work.sessions, viewer=context.caller, now=context.now())
    return True


def _tokens(context: Context, signed_in: SignedIn) -> Tokens:
    context.viewer = signed_in.viewer  # the rest of the operation is theirs: `user { email }` is filled
    token, expires_at = context.ports.tokens.issue(signed_in.viewer, now=context.now())
    return Tokens(
        user=signed_in.user,
        access_token=token,
        access_token_expires_at=expires_at,
        refresh_token=signed_in.refresh_token,
        session=signed_in.session,
    )
