"""External sign-in: the code flow of OpenID Connect with PKCE, state and nonce, from the start to a session."""

import hashlib
from base64 import urlsafe_b64encode

from domain.acts import Act
from domain.authentication import (
    attempt_limits,
    external_accounts,
    password_checks,
    sessions,
    sign_in,
    sign_out,
)
from domain.authentication.attempt_limits import FLOWS_FROM
from domain.authentication.external_identities import (
    FLOW_LIFETIME,
    AuthorizationRequest,
    CodeExchange,
    InvalidFlowError,
    NotOfferedError,
    Provider,
    SignInFlow,
    VerifiedIdentity,
)
from domain.authentication.ports import AuthenticationPorts, Client
from domain.authentication.sessions import SignedIn
from domain.authentication.work import AuthenticationWork
from domain.entities import entity
from domain.errors import InvalidInputError
from domain.feature_flags.flags import Flags
from domain.unit_of_work import OpenUnitOfWork


@entity
class NewFlow:
    """A new flow: what is stored of it, the request for the provider's page, and the secret for the device."""

    stored: SignInFlow
    request: AuthorizationRequest
    device_secret: str


@entity
class StartedSignIn:
    """A started flow: the page to open, and the secret that the device sends back to finish it."""

    authorization_url: str
    flow: str


@entity
class Callback:
    """What a device finishes a flow with: `code` and `state` from the provider, and its own `flow` secret."""

    code: str
    state: str
    flow: str


async def start(
    open_work: OpenUnitOfWork[AuthenticationWork],
    act: Act,
    client: Client,
    ports: AuthenticationPorts,
    provider: Provider | None,
    *,
    redirect_uri: str,
) -> StartedSignIn:
    """Start a flow; raises NotOfferedError, InvalidInputError, ProviderUnavailableError or TooManyAttemptsError."""
    secret = ports.refresh_secret
    provider = _offered(provider)
    new = new_flow(provider, act, redirect_uri=redirect_uri, secret=secret)
    url = await provider.authorization_url(new.request)
    async with open_work() as work:
        await attempt_limits.count_from(
            work.attempt_limits, FLOWS_FROM, client.address, secret=secret, now=act.now
        )
        await work.external_identities.begin(new.stored)
    return StartedSignIn(authorization_url=url, flow=new.device_secret)


async def finish(
    open_work: OpenUnitOfWork[AuthenticationWork],
    act: Act,
    client: Client,
    ports: AuthenticationPorts,
    provider: Provider | None,
    *,
    callback: Callback,
    flags: Flags,
    replaced_token: str | None = None,
) -> SignedIn:
    """Finish a flow and open a session for its identity's account; see `external_accounts.account_of`.

    Raises NotOfferedError, InvalidFlowError, ProviderRefusedError, ProviderUnavailableError or
    AccountSuspendedError too. `replaced_token` is explained at `sign_in.login`.
    """
    provider = _offered(provider)
    identity = await _identity(open_work, act, ports, provider, callback)
    async with open_work() as work:
        user_id = await external_accounts.account_of(
            work, act, ports, identity, provider=provider.name, flags=flags
        )
        signed_in = await sign_in.open_session(work, act, client, ports, user_id=user_id)
    await sign_out.end_replaced(open_work, act, replaced_token)
    return signed_in


async def link(
    open_reads: OpenUnitOfWork[AuthenticationWork],
    open_work: OpenUnitOfWork[AuthenticationWork],
    act: Act,
    client: Client,
    ports: AuthenticationPorts,
    provider: Provider | None,
    *,
    callback: Callback,
    password: str,
) -> None:
    """Check the caller's password, finish a flow, and link its identity to the caller's account.

    Raises the refusals of `finish` and `password_checks.check`, and IdentityTakenError.
    """
    provider = _offered(provider)
    verdict = await password_checks.check_own(
        open_reads, open_work, act, client, ports, password=password, field="password"
    )
    async with password_checks.accepted(open_work, verdict):
        identity = await _identity(open_work, act, ports, provider, callback)
        async with open_work() as work:
            owner = await password_checks.accept(work, verdict)
            await external_accounts.link(work, act, ports, owner, identity, provider=provider.name)


def new_flow(provider: Provider, act: Act, *, redirect_uri: str, secret: bytes) -> NewFlow:
    """Make a flow; raises InvalidInputError for a redirect URI that is not registered."""
    if redirect_uri not in provider.redirect_uris:
        raise InvalidInputError(
            "redirectUri is not one of the registered redirect URIs.", field="redirectUri"
        )
    state = sessions.first_token("state", act.mint, secret)
    device_secret = sessions.first_token("flow", act.mint, secret)
    digest = hashlib.sha256(_verifier(device_secret, secret).encode()).digest()
    stored = SignInFlow(
        state_digest=sessions.digest(state),
        secret_digest=sessions.digest(device_secret),
        redirect_uri=redirect_uri,
        expires_at=act.now + FLOW_LIFETIME,
    )
    request = AuthorizationRequest(
        redirect_uri=redirect_uri,
        state=state,
        nonce=_nonce(device_secret, secret),
        code_challenge=urlsafe_b64encode(digest).decode().rstrip("="),
    )
    return NewFlow(stored=stored, request=request, device_secret=device_secret)


def code_exchange(callback: Callback, *, redirect_uri: str, secret: bytes) -> CodeExchange:
    """Return the parameters with which a callback's code is exchanged."""
    return CodeExchange(
        code=callback.code,
        redirect_uri=redirect_uri,
        code_verifier=_verifier(callback.flow, secret),
        nonce=_nonce(callback.flow, secret),
    )


async def _identity(
    open_work: OpenUnitOfWork[AuthenticationWork],
    act: Act,
    ports: AuthenticationPorts,
    provider: Provider,
    callback: Callback,
) -> VerifiedIdentity:
    """Spend the flow and commit, so that a state works once; then ask the provider without a connection."""
    async with open_work() as work:
        flow = await work.external_identities.finish(
            state_digest=sessions.digest(callback.state),
            secret_digest=sessions.digest(callback.flow),
            now=act.now,
        )
    if flow is None:
        raise InvalidFlowError(
            "This sign-in was started on another device, or has ended; begin again.", field="state"
        )
    return await provider.exchange_code(
        code_exchange(callback, redirect_uri=flow.redirect_uri, secret=ports.refresh_secret)
    )


def _offered(provider: Provider | None) -> Provider:
    if provider is None:
        raise NotOfferedError("Signing in with Google is not set up here; sign in with a password.")
    return provider


def _verifier(device_secret: str, secret: bytes) -> str:
    """Derive the PKCE verifier from the device's secret, so that it is stored nowhere."""
    return sessions.successor(f"verifier {device_secret}", secret)


def _nonce(device_secret: str, secret: bytes) -> str:
    return sessions.successor(f"nonce {device_secret}", secret)
