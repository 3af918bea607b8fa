"""Resolvers of registration, sign-in and refresh, and the delivery of tokens by payload or cookie."""

from datetime import datetime

from domain.accounts.users import User
from domain.authentication import registration, sign_in, token_refresh
from domain.authentication.sessions import InvalidRefreshTokenError, Session, SignedIn
from domain.entities import entity
from domain.errors import DomainError, InvalidInputError
from domain.feature_flags.flag_table import REGISTRATION
from resolvers.context import Context
from resolvers.request_info import RefreshDelivery, foreign_origin


@entity
class Tokens:
    """A signed-in user with the tokens of the session; `refresh_token` is None if it is in a cookie."""

    user: User
    access_token: str
    access_token_expires_at: datetime
    refresh_token: str | None
    session: Session


class ForeignOriginError(DomainError):
    """A page of another origin tried to use cookies."""

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
    context.ports.flags.require(REGISTRATION)
    signed_in = await registration.register(
        context.open_work,
        context.act(),
        context.request_info,
        context.ports,
        email=email,
        password=password,
        handle=handle,
        display_name=display_name,
        time_zone=time_zone,
        replaced_token=replaced_token(context, refresh_by),
    )
    context.note("registered", user_id=signed_in.user.id)
    return noted(context, signed_in, refresh_by)


async def login(
    context: Context, *, email: str, password: str, refresh_by: RefreshDelivery = RefreshDelivery.PAYLOAD
) -> Tokens:
    """Sign in with e-mail and password."""
    signed_in = await sign_in.login(
        context.open_work,
        context.act(),
        context.request_info,
        context.ports,
        email=email,
        password=password,
        replaced_token=replaced_token(context, refresh_by),
    )
    return noted(context, signed_in, refresh_by)


async def refresh_session(context: Context, *, refresh_token: str | None = None) -> Tokens:
    """Exchange a refresh token, given or from the cookie, for new tokens that are delivered the same way."""
    ports = context.ports
    refresh_by = RefreshDelivery.COOKIE if refresh_token is None else RefreshDelivery.PAYLOAD
    presented = _from_cookie(context) if refresh_token is None else refresh_token
    async with context.open_work() as work:
        signed_in = await token_refresh.refresh(
            work,
            context.act(),
            refresh_token=presented,
            secrets=(ports.refresh_secret, *ports.previous_refresh_secrets),
            lifetime=ports.session_lifetime,
        )
    if signed_in is None:
        if refresh_token is None:
            context.request_info.clear_cookie()
        raise InvalidRefreshTokenError(
            "This refresh token is not valid; sign in again.", field="refreshToken"
        )
    return delivered(context, signed_in, refresh_by)


def replaced_token(context: Context, refresh_by: RefreshDelivery) -> str | None:
    """Return the refresh token in the cookie that this sign-in replaces, if any.

    Raises InvalidInputError or ForeignOriginError if the sign-in asks for a cookie and none may be set.
    """
    if refresh_by is RefreshDelivery.PAYLOAD:
        return None
    if not context.request_info.takes_cookies:
        raise InvalidInputError(
            "A websocket cannot set a cookie; send this mutation over HTTP, or take the token by PAYLOAD.",
            field="refreshBy",
        )
    _check_origin(context)
    if context.request_info.cookie_obstacle is not None:
        raise InvalidInputError(context.request_info.cookie_obstacle, field="refreshBy")
    return context.request_info.refresh_cookie


def noted(context: Context, signed_in: SignedIn, refresh_by: RefreshDelivery) -> Tokens:
    """Note a committed sign-in for the log, and return its tokens."""
    context.note("signed_in", user_id=signed_in.user.id, session_id=signed_in.session.id)
    return delivered(context, signed_in, refresh_by)


def delivered(context: Context, signed_in: SignedIn, refresh_by: RefreshDelivery) -> Tokens:
    """Return the tokens of a committed sign-in, the refresh token in the payload or in a cookie."""
    context.viewer = signed_in.viewer  # the rest of the operation is theirs: `user { email }` is filled
    session = signed_in.session
    token, expires_at = context.ports.tokens.issue(
        signed_in.viewer, now=context.now(), until=session.expires_at
    )
    by_cookie = refresh_by is RefreshDelivery.COOKIE
    if by_cookie:
        context.request_info.set_cookie(signed_in.refresh_token, until=session.expires_at)
    return Tokens(
        user=signed_in.user,
        access_token=token,
        access_token_expires_at=expires_at,
        refresh_token=None if by_cookie else signed_in.refresh_token,
        session=session,
    )


def _from_cookie(context: Context) -> str:
    if context.request_info.refresh_cookie is None:
        raise InvalidRefreshTokenError(
            "There is no refresh token; send refreshToken, or, over HTTP, the cookie that the sign-in set. A browser "
            "sends it by https (or to localhost) from pages of the gateway's own site.",
            field="refreshToken",
        )
    _check_origin(context)
    return context.request_info.refresh_cookie


def _check_origin(context: Context) -> None:
    if not context.request_info.same_origin:
        raise ForeignOriginError(foreign_origin(context.request_info.origin))
