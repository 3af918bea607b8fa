"""Settings of what is outside the platform: the mail server and the provider of identities."""

from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Protocol
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

SCHEMES = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Registration:
    """What the platform agreed on with the provider."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uris: frozenset[str]


@dataclass(frozen=True, slots=True)
class Route:
    """Where letters are handed over: a server, how the line is encrypted, and who signs in there."""

    scheme: str
    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)


def route_of(url: str) -> Route:
    """Read an address like `smtp+starttls://user:password@host:587`; raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise ValueError("a scheme of smtp, smtp+starttls or smtps, and a host")
    return Route(
        scheme=parts.scheme,
        host=parts.hostname,
        port=parts.port or SCHEMES[parts.scheme],
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


class Outside(Protocol):
    """The settings that this room reads."""

    public_url: str
    smtp_url: SecretStr | None
    mail_from: str
    google_client_id: str | None
    google_client_secret: SecretStr | None
    google_redirect_uris: list[str]
    google_issuer: str

    @property
    def production(self) -> bool:
        """Whether the strict profile holds."""


class OutsideError(Exception):
    """A setting is wrong: its name and what it must be."""

    def __init__(self, name: str, rule: str) -> None:
        super().__init__(f"{name} {rule}")
        self.name = name
        self.rule = rule


def check(settings: Outside) -> None:
    """Refuse a mail server or a provider that is set up by half; raises OutsideError."""
    route = mail_route(settings)
    if not _is_web(settings.public_url, local=not settings.production or route is None):
        raise OutsideError("QUESTPATH_PUBLIC_URL", "must be an https address")
    if "@" not in parseaddr(settings.mail_from)[1]:
        raise OutsideError("QUESTPATH_MAIL_FROM", "must hold an e-mail address")
    if route is not None and settings.production and settings.mail_from.endswith("@localhost>"):
        raise OutsideError("QUESTPATH_MAIL_FROM", "must be set where mails are sent")
    _check_google(settings)


def mail_route(settings: Outside) -> Route | None:
    """Return where mails are handed over, or None where nothing is set; raises OutsideError."""
    if settings.smtp_url is None:
        return None
    try:
        return route_of(settings.smtp_url.get_secret_value())
    except ValueError:
        raise OutsideError("QUESTPATH_SMTP_URL", "must be the address of a mail server") from None


def registration(settings: Outside) -> Registration | None:
    """Return what was agreed on with Google, or None where nothing is set."""
    if settings.google_client_id is None or settings.google_client_secret is None:
        return None
    return Registration(
        issuer=settings.google_issuer,
        client_id=settings.google_client_id,
        client_secret=settings.google_client_secret.get_secret_value(),
        redirect_uris=frozenset(settings.google_redirect_uris),
    )


def is_safe(url: object, *, issuer: str) -> bool:
    """Tell whether secrets may be sent to an address: https, or http on this machine where the issuer is there too."""
    if not isinstance(url, str):
        return False
    parts, home = urlsplit(url), urlsplit(issuer)
    local = home.scheme == "http" and home.hostname in _LOOPBACK and parts.hostname in _LOOPBACK
    return bool(parts.hostname) and (parts.scheme == "https" or (local and parts.scheme == "http"))


def _check_google(settings: Outside) -> None:
    given = (settings.google_client_id, settings.google_client_secret, settings.google_redirect_uris)
    names = ("CLIENT_ID", "CLIENT_SECRET", "REDIRECT_URIS")
    if any(given):
        for name, value in zip(names, given, strict=True):
            if not value:
                raise OutsideError(f"QUESTPATH_GOOGLE_{name}", "must be set beside the other two")
    if not is_safe(settings.google_issuer, issuer="" if settings.production else settings.google_issuer):
        raise OutsideError("QUESTPATH_GOOGLE_ISSUER", "must be an https address")
    for uri in settings.google_redirect_uris:
        if not urlsplit(uri).scheme or urlsplit(uri).fragment or "*" in uri:
            raise OutsideError("QUESTPATH_GOOGLE_REDIRECT_URIS", "must hold whole addresses without patterns")


def _is_web(url: str, *, local: bool) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (local and parts.scheme == "http"))
