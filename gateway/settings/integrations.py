"""Settings of integrations: the mail server and the OpenID provider."""

from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Protocol
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

SCHEMES = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Registration:
    """The platform's registration as a client of the OpenID provider."""

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uris: frozenset[str]


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server: its address, its kind of encryption, and the account that signs in there."""

    scheme: str
    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)


def mail_server_at(url: str) -> MailServer:
    """Read an address like `smtp+starttls://user:password@host:587`; raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise ValueError("a scheme of smtp, smtp+starttls or smtps, and a host")
    return MailServer(
        scheme=parts.scheme,
        host=parts.hostname,
        port=parts.port or SCHEMES[parts.scheme],
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


class IntegrationSettings(Protocol):
    """The settings that this module reads."""

    public_url: str
    api_url: str | None
    smtp_url: SecretStr | None
    mail_from: str
    mail_bounces_to: str | None
    google_client_id: str | None
    google_client_secret: SecretStr | None
    google_redirect_uris: list[str]
    google_issuer: str

    @property
    def production(self) -> bool:
        """Whether the strict profile applies."""


class IntegrationError(Exception):
    """A setting is wrong: its name, and the rule that it breaks."""

    def __init__(self, name: str, rule: str) -> None:
        super().__init__(f"{name} {rule}")
        self.name = name
        self.rule = rule


def check(settings: IntegrationSettings) -> None:
    """Check the settings of mail server and provider; raises IntegrationError."""
    server = configured_mail_server(settings)
    addresses = {"QUESTPATH_PUBLIC_URL": settings.public_url, "QUESTPATH_API_URL": settings.api_url}
    for name, address in addresses.items():
        if address and not _is_web(address, local=not settings.production or server is None):
            raise IntegrationError(name, "must be an https address")
    if "@" not in parseaddr(settings.mail_from)[1]:
        raise IntegrationError("QUESTPATH_MAIL_FROM", "must contain an e-mail address")
    if server is not None and settings.production and settings.mail_from.endswith("@localhost>"):
        raise IntegrationError("QUESTPATH_MAIL_FROM", "must be set to send mails")
    _check_google(settings)


def configured_mail_server(settings: IntegrationSettings) -> MailServer | None:
    """Return the mail server, or None if none is set; raises IntegrationError."""
    if settings.smtp_url is None:
        return None
    try:
        return mail_server_at(settings.smtp_url.get_secret_value())
    except ValueError:
        raise IntegrationError("QUESTPATH_SMTP_URL", "must be the address of a mail server") from None


def registration(settings: IntegrationSettings) -> Registration | None:
    """Return the registration with Google, or None if none is set."""
    if settings.google_client_id is None or settings.google_client_secret is None:
        return None
    return Registration(
        name="Google",
        issuer=settings.google_issuer,
        client_id=settings.google_client_id,
        client_secret=settings.google_client_secret.get_secret_value(),
        redirect_uris=frozenset(settings.google_redirect_uris),
    )


def is_safe(url: object, *, issuer: str) -> bool:
    """Return whether secrets may be sent to a URL: https, or http on this machine if the issuer is there too."""
    if not isinstance(url, str):
        return False
    parts, home = urlsplit(url), urlsplit(issuer)
    local = home.scheme == "http" and home.hostname in _LOOPBACK and parts.hostname in _LOOPBACK
    return bool(parts.hostname) and (parts.scheme == "https" or (local and parts.scheme == "http"))


def _check_google(settings: IntegrationSettings) -> None:
    given = (settings.google_client_id, settings.google_client_secret, settings.google_redirect_uris)
    names = ("CLIENT_ID", "CLIENT_SECRET", "REDIRECT_URIS")
    if any(given):
        for name, value in zip(names, given, strict=True):
            if not value:
                raise IntegrationError(f"QUESTPATH_GOOGLE_{name}", "must be set together with the other two")
    if not is_safe(settings.google_issuer, issuer="" if settings.production else settings.google_issuer):
        raise IntegrationError("QUESTPATH_GOOGLE_ISSUER", "must be an https address")
    for uri in settings.google_redirect_uris:
        if not urlsplit(uri).scheme or urlsplit(uri).fragment or "*" in uri:
            raise IntegrationError(
                "QUESTPATH_GOOGLE_REDIRECT_URIS", "must contain complete addresses without patterns"
            )


def _is_web(url: str, *, local: bool) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (local and parts.scheme == "http"))
