"""External identities: who somebody is elsewhere, and the flows that prove it."""

from datetime import datetime, timedelta
from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError
from domain.ids import UserId

FLOW_LIFETIME = timedelta(minutes=10)


@entity
class ProvenIdentity:
    """What a provider vouches for; `issuer` and `subject` together are the identity, the rest may change."""

    issuer: str
    subject: str
    email: str | None
    email_verified: bool
    name: str


@entity
class Flow:
    """A sign-in that was begun; only the digests of its two secrets are kept.

    `state` travels through the provider, `secret` stays on the device that began: one without the other is worth
    nothing, so that nobody can make another sign in to their account.
    """

    state_digest: str
    secret_digest: str
    redirect_uri: str
    expires_at: datetime


@entity
class Challenge:
    """What the provider's page is opened with."""

    redirect_uri: str
    state: str
    nonce: str
    code_challenge: str


@entity
class CodeExchange:
    """What a code is exchanged with, and the nonce that the answer has to name."""

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
    """The sign-in was not begun on this device, was finished before or is too old; begin again."""

    code = "INVALID_FLOW"


class NotOfferedError(DomainError):
    """The operator of the platform did not set up this way to sign in."""

    code = "NOT_OFFERED"


class LinkRequiredError(DomainError):
    """An account has this e-mail address, but it may not be linked without its password."""

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
        """The name that people know it by."""

    @property
    def redirect_uris(self) -> frozenset[str]:
        """The addresses that it may send people back to, compared as they are."""

    async def page(self, challenge: Challenge) -> str:
        """Return the address of its page; raises ProviderUnavailableError."""

    async def prove(self, exchange: CodeExchange) -> ProvenIdentity:
        """Exchange the code; raises ProviderRefusedError or ProviderUnavailableError."""


class ExternalIdentities(Protocol):
    """Identities by issuer and subject, and the flows that are under way."""

    async def user_of(self, issuer: str, subject: str) -> UserId | None:
        """Return whose identity it is."""

    async def link(self, user_id: UserId, *, issuer: str, subject: str, now: datetime) -> None:
        """Give an identity to an account; raises IdentityTakenError."""

    async def begin(self, flow: Flow) -> None:
        """Store a flow."""

    async def finish(self, *, state_digest: str, secret_digest: str, now: datetime) -> Flow | None:
        """Remove a flow that is still good and return it; of concurrent calls one gets it."""

    async def forget(self, *, now: datetime) -> None:
        """Remove the flows that are too old."""

    async def unlink(self, user_id: UserId) -> None:
        """Remove all identities of an account."""
