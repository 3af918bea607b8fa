"""Answers about signing in and refreshing."""

from datetime import datetime

from domain import entering, leaving, proofs, refreshing, registering, users
from domain.entities import entity
from domain.errors import DomainError, InvalidInputError
from domain.ids import UserId
from domain.sessions import InvalidRefreshTokenError, Session, SignedIn
from domain.users import Role, User
from domain.work import Work
from resolvers import proving
from resolvers.context import Context
from resolvers.door import RefreshDelivery


@entity
class Tokens:
    """A signed-in user with the two secrets of the session; the second one may have gone into a cookie."""

    user: User
    access_token: str
    access_token_expires_at: datetime
    refresh_token: str | None
    session: Session


class ForeignOriginError(DomainError):
    """A page of another origin asked for something that only this one's cookies may do."""

    code = "CSRF_BLOCKED"


async def register(
    context: Context,
    *,
    email: str,
    password: str,
    handle: str,
    display_name: str,
    time_zone: str = "UTC",
    refresh_by: RefreshDelivery = RefreshDelivery.PAYLOAD,
) -> Tokens:
    """Create an account and sign it in."""
    ports = context.ports
    async with context.open_work() as work:  # committed first: one that fails counts too
        await registering.admit(
            work, address=context.door.address, secret=ports.refresh_secret, now=context.now()
        )
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
        user = await registering.register(
            work,
            new=new,
            origin=context.origin,
            mint=ports.mint,
            now=context.now(),
            secret=ports.refresh_secret,
            public_url=ports.public_url,
        )
        signed_in = await open_session(context, work, user_id=user.id, refresh_by=refresh_by)
    return await entered(context, signed_in, refresh_by)


async def login(
    context: Context, *, email: str, password: str, refresh_by: RefreshDelivery = RefreshDelivery.PAYLOAD
) -> Tokens:
    """Sign in with e-mail and password."""
    verdict = await proving.proven(context, email=email, password=password)
    async with context.open_work() as work:
        holder = await proofs.accept(work, verdict)
        signed_in = await open_session(context, work, user_id=holder.user_id, refresh_by=refresh_by)
    return await entered(context, signed_in, refresh_by)


async def open_session(
    context: Context, work: Work, *, user_id: UserId, refresh_by: RefreshDelivery
) -> SignedIn:
    """Open a session for someone who was identified, in the caller's transaction; see `entered`.

    Raises InvalidCredentialsError if they are gone, and refuses a cookie where none may be set.
    """
    _check_delivery(context, refresh_by)
    return await entering.enter(
        work,
        user_id=user_id,
        device=context.door.device,
        origin=context.origin,
        mint=context.ports.mint,
        now=context.now(),
        secret=context.ports.refresh_secret,
    )


async def entered(context: Context, signed_in: SignedIn, refresh_by: RefreshDelivery) -> Tokens:
    """Hand out the secrets of a new session, and end the one whose cookie its own replaces, whoever's that is.

    It ends in a transaction of its own: one that refreshes takes its token first and the user second.
    """
    replaced = context.door.refresh_cookie
    if refresh_by is RefreshDelivery.COOKIE and replaced is not None:
        async with context.open_work() as work:
            await leaving.give_up(
                work,
                refresh_token=replaced,
                origin=context.origin,
                mint=context.ports.mint,
                now=context.now(),
            )
    return delivered(context, signed_in, refresh_by)


def delivered(context: Context, signed_in: SignedIn, refresh_by: RefreshDelivery) -> Tokens:
    """Hand out the secrets of a session once its transaction is committed, the second by payload or cookie."""
    context.viewer = signed_in.viewer  # the rest of the operation is theirs: `user { email }` is filled
    session = signed_in.session
    token, expires_at = context.ports.tokens.issue(
        signed_in.viewer, now=context.now(), until=session.expires_at
    )
    by_cookie = refresh_by is RefreshDelivery.COOKIE
    if by_cookie:
        context.door.set_cookie(signed_in.refresh_token, until=session.expires_at)
    return Tokens(
        user=signed_in.user,
        access_token=token,
        access_token_expires_at=expires_at,
        refresh_token=None if by_cookie else signed_in.refresh_token,
        session=session,
    )


async def refresh_session(context: Context, *, refresh_token: str | None = None) -> Tokens:
    """Exchange a refresh token, given or from the cookie, for new tokens that come back the same way."""
    ports = context.ports
    refresh_by = RefreshDelivery.COOKIE if refresh_token is None else RefreshDelivery.PAYLOAD
    presented = _from_cookie(context) if refresh_token is None else refresh_token
    async with context.open_work() as work:
        signed_in = await refreshing.refresh(
            work,
            refresh_token=presented,
            origin=context.origin,
            mint=ports.mint,
            now=context.now(),
            secrets=(ports.refresh_secret, *ports.previous_refresh_secrets),
        )
    if signed_in is None:
        if refresh_token is None:
            context.door.clear_cookie()
        raise InvalidRefreshTokenError(
            "This refresh token is not valid; sign in again.", field="refreshToken"
        )
    return delivered(context, signed_in, refresh_by)


def _check_delivery(context: Context, refresh_by: RefreshDelivery) -> None:
    if refresh_by is RefreshDelivery.PAYLOAD:
        return
    if not context.door.takes_cookies:
        raise InvalidInputError(
            "A websocket cannot set a cookie; send this mutation over HTTP, or take the token by PAYLOAD.",
            field="refreshBy",
        )
    _check_origin(context)


def _from_cookie(context: Context) -> str:
    if context.door.refresh_cookie is None:
        raise InvalidRefreshTokenError(
            "There is no refresh token; send refreshToken, or, over HTTP, the cookie that the sign-in set.",
            field="refreshToken",
        )
    _check_origin(context)
    return context.door.refresh_cookie


def _check_origin(context: Context) -> None:
    if not context.door.own_origin:
        raise ForeignOriginError("Cookies are for pages of this origin and of those that are configured.")
