"""Settings of mails: who sends them, and what comes back of them."""

import base64
import binascii
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

_SHORTEST_KEY = 24
_PREFIX = "whsec_"

EXAMPLES = {
    "QUESTPATH_MAIL_FROM": "QuestPath <no-reply@example.org>",
    "QUESTPATH_MAIL_SECRET": "the output of: openssl rand -base64 48",
    "QUESTPATH_MAIL_BOUNCES_TO": "bounces@mail.example.org",
    "QUESTPATH_MAIL_EVENTS_SECRETS": "whsec_ and the output of: openssl rand -base64 32",
    "QUESTPATH_MAILGUN_SIGNING_KEY": "what Mailgun shows as the HTTP webhook signing key",
    "QUESTPATH_MAILS_PER_MINUTE": "600",
    "QUESTPATH_CAMPAIGN_MAILS_PER_SECOND": "10",
}
"""A valid value of each setting."""


class MailSettings(BaseSettings):
    """Who sends mails, and what comes back of them."""

    mail_from: str = "QuestPath <no-reply@localhost>"
    mail_secret: SecretStr | None = None
    """Digests suppressed addresses, and signs what comes back of mails; without it, the other secrets do."""
    mail_bounces_to: str | None = Field(default=None, pattern=r"^[^@+\s]{1,20}@[^@\s]+$")
    """The mailbox of bounces, where each mail has an envelope sender of its own; by default that of MAIL_FROM is it.

    Behind its local part come `+` and at most 43 characters, and a local part has at most 64 (RFC 5321, section 4.5.3).
    """
    mail_events_secrets: Annotated[list[SecretStr], NoDecode] = []
    """The secrets, present and previous, under which reports of mails are signed; without one none are taken."""
    mailgun_signing_key: SecretStr | None = None
    """The key under which Mailgun signs its reports; without it none are taken."""
    mails_per_minute: int | None = Field(default=None, ge=1, le=1_000_000)
    """How many mails are sent in a minute, over all workers; by default as many as the server takes."""
    campaign_mails_per_second: int = Field(default=10, ge=1, le=1_000)
    """How many mails of campaigns go to the mail server in a second, over all workers."""

    @field_validator("mail_events_secrets", mode="before")
    @classmethod
    def _split_secrets(cls, value: object) -> object:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @field_validator("mail_events_secrets")
    @classmethod
    def _keys(cls, value: list[SecretStr]) -> list[SecretStr]:
        for secret in value:
            try:
                key = base64.b64decode(secret.get_secret_value().removeprefix(_PREFIX), validate=True)
            except binascii.Error:
                key = b""
            if len(key) < _SHORTEST_KEY:
                raise ValueError(f"a secret is {_PREFIX} and at least {_SHORTEST_KEY} bytes in base 64")
        return value
