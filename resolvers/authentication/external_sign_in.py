"""Resolvers of signing in with Google."""

from domain.authentication import external_sign_in
from domain.authentication.external_sign_in import Callback, StartedSignIn
from resolvers.authentication.sign_in import Tokens, noted, replaced_token
from resolvers.context import Context
from resolvers.request_info import RefreshDelivery


async def begin_google_sign_in(context: Context, *, redirect_uri: str) -> StartedSignIn:
    """Start a sign-in with Google."""
    return await external_sign_in.start(
        context.open_work,
        context.act(),
        context.request_info,
        context.ports,
        context.ports.google,
        redirect_uri=redirect_uri,
    )


async def sign_in_with_google(
    context: Context,
    *,
    code: str,
    state: str,
    flow: str,
    refresh_by: RefreshDelivery = RefreshDelivery.PAYLOAD,
) -> Tokens:
    """Finish a sign-in with Google."""
    signed_in = await external_sign_in.finish(
        context.open_work,
        context.act(),
        context.request_info,
        context.ports,
        context.ports.google,
        flags=context.ports.flags,
        callback=Callback(code=code, state=state, flow=flow),
        replaced_token=replaced_token(context, refresh_by),
    )
    return noted(context, signed_in, refresh_by)


async def link_google(context: Context, *, code: str, state: str, flow: str, password: str) -> bool:
    """Link a Google identity to the caller's account."""
    await external_sign_in.link(
        context.open_reads,
        context.open_work,
        context.act(),
        context.request_info,
        context.ports,
        context.ports.google,
        callback=Callback(code=code, state=state, flow=flow),
        password=password,
    )
    return True
