"""Builders of mails."""

from datetime import UTC, datetime
from typing import Any

from domain.mail.mail_keys import MailKeys
from domain.mail.mails import MailKind, NewMail

KEYS = MailKeys(present=b"key of a test", previous=(b"key before that",))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def a_mail(**values: Any) -> NewMail:
    """Make a mail that reports a change of the password."""
    usual: dict[str, Any] = {
        "to": "ada@example.org",
        "kind": MailKind.PASSWORD_CHANGED,
        "subject": "News",
        "body": "It changed.",
    }
    return NewMail(**usual | values)
