"""Shown values: what a caller sees of the inputs and results of work."""

from typing import Any

from domain.accounts import hidden_users
from domain.accounts.users import Role
from domain.ids import UserId
from resolvers.context import Context


def shown(
    context: Context, value: dict[str, Any] | None, *, of: UserId | None = None
) -> dict[str, Any] | None:
    """Return a value as it is for admins and for the user whose work it is; others see no ids of users in it."""
    viewer = context.viewer
    if value is None or viewer is None:
        return None
    if Role.ADMIN in viewer.roles or viewer.user_id == of:
        return value
    found: dict[str, Any] = hidden_users.hidden(value)
    return found
