"""Builders of API keys."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.accounts.api_keys import ApiKey
from domain.accounts.scopes import Scope
from domain.ids import ApiKeyId, UserId
from tests.builders import mint

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def an_api_key(user_id: UserId, **values: Any) -> ApiKey:
    """Make a key that reads the profile until a day after noon."""
    usual: dict[str, Any] = {
        "id": ApiKeyId(mint("apikey")),
        "user_id": user_id,
        "name": "Sync",
        "prefix": "qp_abcdefgh",
        "scopes": [Scope.READ_PROFILE],
        "created_at": NOON,
        "expires_at": NOON + timedelta(days=1),
        "last_used_at": None,
        "revoked_at": None,
    }
    return ApiKey(**usual | values)
