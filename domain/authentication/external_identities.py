"""External identities: accounts at OpenID providers, and the sign-in flows that verify them."""

from datetime import datetime, timedelta
from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError
from domain.ids import UserId

FLOW_LIFETIME = timedelta(minutes=10)


@entity
class VerifiedIdentity:
    """An identity that a provider vouches for; `issuer` and `subject` identify it, the rest may change."""

    issuer: str
    subject: str
    email: str | None
    email_verified: bool
    name: str


@entity
class SignInFlow:
    """A flow that was started; only the digests of its two secrets are stored.

    `state` travels through the provider, the other secret stays on the device. Both are needed to finish, so that
    no attacker can sign a victim in to the attacker's account.
    """

    state_digest: str
    secret_digest: str
    redirect_uri: str
    expires_at: datetime


@entity
class AuthorizationRequest:
    """The parameters with which the provider's page is opened."""

    redirect_uri: str
    state: str
    nonce: str
    code_challenge: str


@entity
class CodeExchange:
    """The parameters with which a code is exchanged, and the nonce that the id token must contain."""

    code: str
    redirect_uri: str
    code_verifier: str
    nonce: str


class ProviderRefusedError(DomainError):
    """The provider did not vouch for the caller; begin again."""

    code = "PROVIDER_REFUSED"


class ProviderUnavailableError(DomainError):
    """The provider does not respond; try again later."""

    code = "UPSTREAM_UNAVAILABLE"


class InvalidFlowError(DomainError):
    """The flow was started on another device, was finished before or has expired; begin again."""

    code = "INVALID_FLOW"


class NotOfferedError(DomainError):
    """The operator has not set up this way to sign in."""

    code = "NOT_OFFERED"


class LinkRequiredError(DomainError):
    """An account has this e-mail address, but linking it needs its password."""

    code = "LINK_REQUIRED"


class EmailNotVerifiedError(DomainError):
    """The provider does not vouch for the e-mail address."""

    code = "EMAIL_NOT_VERIFIED"


class IdentityTakenError(DomainError):
    """The identity belongs to another account, or the account has another identity of the provider."""

    code = "IDENTITY_TAKEN"


class Provider(Protocol):
    """An OpenID provider."""

    @property
    def name(self) -> str:
        """The name to show to users."""

    @property
    def redirect_uris(self) -> frozenset[str]:
        """The registered redirect URIs, compared character by character."""

    async def authorization_url(self, request: AuthorizationRequest) -> str:
        """Return the address of the provider's sign-in page; raises ProviderUnavailableError."""

    async def exchange_code(self, exchange: CodeExchange) -> VerifiedIdentity:
        """Exchange a code for the identity behind it; raises ProviderRefusedError or ProviderUnavailableError."""


class ExternalIdentities(Protocol):
    """Identities by issuer and subject, and the flows that are not finished."""

    async def user_of(self, issuer: str, subject: str) -> UserId | None:
        """Return the user to whom the identity is linked."""

    async def link(self, user_id: UserId, *, issuer: str, subject: str, now: datetime) -> None:
        """Link an identity to an account; raises IdentityTakenError."""

    async def begin(self, flow: SignInFlow) -> None:
        """Store a flow."""

    async def finish(self, *, state_digest: str, secret_digest: str, now: datetime) -> SignInFlow | None:
        """Remove a valid flow and return it; of concurrent calls exactly one gets it."""

    async def forget(self, *, now: datetime) -> None:
        """Remove expired flows."""
