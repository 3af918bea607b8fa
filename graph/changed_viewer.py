"""Changed viewer: the field of a payload that answers everything about the caller which the mutation has moved."""

from typing import Annotated, Any

import strawberry

from graph.fields import resolved_by
from resolvers.accounts import users

_TYPE: Any = Annotated["Viewer", strawberry.lazy("graph.viewer")]  # noqa: F821 - resolved by Strawberry


def changed_viewer() -> dict[str, tuple[Any, Any]]:
    """Return the field for the payload of a mutation that changes XP, level, streak, dashboard, goals or paths."""
    field = resolved_by(
        users.viewer,
        description="The caller after the change: level, streak, dashboard and all else that it may have moved.",
    )
    return {"viewer": (_TYPE, field)}
