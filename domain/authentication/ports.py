"""Ports of authentication: what its verbs need of the process and of the request, beside the stores."""

from typing import Protocol

from domain.authentication.passwords import Passwords
from domain.authentication.sessions import SessionLifetime
from domain.mail.mail_keys import MailKeys


class AuthenticationPorts(Protocol):
    """What one process lends to every verb."""

    @property
    def passwords(self) -> Passwords:
        """The password hasher."""

    @property
    def refresh_secret(self) -> bytes:
        """The key of derived tokens and of the digests under which attempts are counted."""

    @property
    def mail_keys(self) -> MailKeys:
        """The keys under which suppressed addresses are found."""

    @property
    def previous_refresh_secrets(self) -> tuple[bytes, ...]:
        """Earlier keys, under which tokens may still have been derived."""

    @property
    def session_lifetime(self) -> SessionLifetime:
        """How long sessions last."""

    @property
    def public_url(self) -> str:
        """The address of the web app, for links in mails."""


class Client(Protocol):
    """The client behind a request."""

    @property
    def address(self) -> str | None:
        """The whole address, by which attempts are counted; the audit log gets a masked one."""

    @property
    def device(self) -> str | None:
        """A readable name of the device, like "Firefox on Linux"."""
