"""The ports of authentication, and the client behind a request, for tests of the domain."""

from dataclasses import dataclass, field

from domain.authentication.sessions import SessionLifetime
from domain.mail.mail_keys import MailKeys
from tests.builders.mail import KEYS
from tests.fakes import FakePasswords


@dataclass
class FakePorts:
    """Ports with a readable hasher."""

    passwords: FakePasswords = field(default_factory=FakePasswords)
    refresh_secret: bytes = b"the secret of a test"
    previous_refresh_secrets: tuple[bytes, ...] = ()
    mail_keys: MailKeys = field(default_factory=lambda: KEYS)
    session_lifetime: SessionLifetime = field(default_factory=SessionLifetime)
    public_url: str = "https://app.example.org"


@dataclass
class FakeClient:
    """A client of which nothing is known."""

    address: str | None = None
    device: str | None = None
