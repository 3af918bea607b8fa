"""Hidden users: values as those see them who may not know which users they name."""

from typing import Any

from domain.ids import UserId, is_id

HIDDEN = "user_..."
"""What stands for the id of a user."""


def hidden(value: Any) -> Any:
    """Return a JSON value with every id of a user replaced."""
    if isinstance(value, dict):
        return {name: hidden(each) for name, each in value.items()}
    if isinstance(value, list):
        return [hidden(each) for each in value]
    return HIDDEN if isinstance(value, str) and is_id(value, "user") else value


def users_in(value: Any) -> list[UserId]:
    """Return the ids of users in a JSON value."""
    if isinstance(value, dict):
        return [found for each in value.values() for found in users_in(each)]
    if isinstance(value, list):
        return [found for each in value for found in users_in(each)]
    return [UserId(value)] if isinstance(value, str) and is_id(value, "user") else []
