"""Answers about signing in with Google."""

from domain import external_sign_in, proofs, recovering
from domain.entities import entity
from domain.external_identities import ProvenIdentity, Provider
from resolvers import proving
from resolvers.context import Context
from resolvers.door import RefreshDelivery
from resolvers.sessions import Tokens, entered, open_session


@entity
class GoogleSignIn:
    """A sign-in that was begun: the page to open, and the secret that finishing it needs."""

    authorization_url: str
    flow: str


async def begin_google_sign_in(context: Context, *, redirect_uri: str) -> GoogleSignIn:
    """Begin a sign-in with Google."""
    ports = context.ports
    provider = external_sign_in.offered(ports.google)
    begun = external_sign_in.begin(
        provider, redirect_uri=redirect_uri, mint=ports.mint, now=context.now(), secret=ports.refresh_secret
    )
    url = await provider.page(begun.challenge)
    async with context.open_work() as work:
        await external_sign_in.store(
            work, begun, address=context.door.address, now=context.now(), secret=ports.refresh_secret
        )
    return GoogleSignIn(authorization_url=url, flow=begun.secret)


async def sign_in_with_google(
    context: Context,
    *,
    code: str,
    state: str,
    flow: str,
    refresh_by: RefreshDelivery = RefreshDelivery.PAYLOAD,
) -> Tokens:
    """Finish a sign-in with Google."""
    provider = external_sign_in.offered(context.ports.google)
    identity = await _proven(context, provider, code=code, state=state, flow=flow)
    async with context.open_work() as work:
        user_id = await external_sign_in.account_of(
            work,
            identity,
            provider=provider.name,
            origin=context.origin,
            mint=context.ports.mint,
            now=context.now(),
        )
        signed_in = await open_session(context, work, user_id=user_id, refresh_by=refresh_by)
    return await entered(context, signed_in, refresh_by)


async def link_google(context: Context, *, code: str, state: str, flow: str, password: str) -> bool:
    """Let an identity of Google open the caller's account."""
    provider = external_sign_in.offered(context.ports.google)
    async with context.open_reads() as reads:
        holder = await recovering.own(reads, context.user_id)
    verdict = await proving.proven(context, email=holder.email, password=password, field="password")
    identity = await _proven(context, provider, code=code, state=state, flow=flow)
    async with context.open_work() as work:
        await external_sign_in.link(
            work,
            await proofs.accept(work, verdict),
            identity,
            provider=provider.name,
            origin=context.origin,
            mint=context.ports.mint,
            now=context.now(),
        )
    return True


async def _proven(
    context: Context, provider: Provider, *, code: str, state: str, flow: str
) -> ProvenIdentity:
    """Spend the flow for good, then ask the provider while no connection is held."""
    async with context.open_work() as work:
        exchange = await external_sign_in.finish(
            work, code=code, state=state, device=flow, now=context.now(), secret=context.ports.refresh_secret
        )
    return await provider.prove(exchange)
