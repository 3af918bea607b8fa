"""Builders of sessions."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.authentication.sessions import Session, SessionLifetime
from domain.ids import SessionId, UserId
from tests.builders import mint

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIFETIME = SessionLifetime()


def a_session(user_id: UserId, **values: Any) -> Session:
    """Make a session that was opened at noon; `minute` says how many minutes later, for it and its last use."""
    at = NOON + timedelta(minutes=values.pop("minute", 0))
    usual: dict[str, Any] = {
        "id": SessionId(mint("session")),
        "user_id": user_id,
        "created_at": at,
        "expires_at": at + LIFETIME.idle,
        "last_used_at": at,
        "device": "Firefox on Linux",
        "address": "203.0.113.0/24",
    }
    return Session(**usual | values)
