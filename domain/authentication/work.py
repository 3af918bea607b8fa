"""The unit of work of authentication."""

from typing import Protocol

from domain.authentication.attempt_limits import AttemptLimits
from domain.authentication.credentials import CredentialStore
from domain.authentication.external_identities import ExternalIdentities
from domain.authentication.one_time_tokens import OneTimeTokens
from domain.authentication.sessions import Sessions
from domain.mail.work import MailWork


class AuthenticationWork(MailWork, Protocol):
    """The stores that verbs of authentication may use."""

    @property
    def sessions(self) -> Sessions:
        """Sessions and their refresh tokens."""

    @property
    def credentials(self) -> CredentialStore:
        """Addresses and password hashes of accounts."""

    @property
    def one_time_tokens(self) -> OneTimeTokens:
        """Tokens sent by mail."""

    @property
    def attempt_limits(self) -> AttemptLimits:
        """How often what was attempted."""

    @property
    def external_identities(self) -> ExternalIdentities:
        """Identities at providers, and sign-in flows."""
