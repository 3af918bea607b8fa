"""Flags and rules for tests."""

from typing import Any

from domain.feature_flags.flags import Flag, FlagRule
from tests.builders.accounts import NOON


def a_flag(**values: Any) -> Flag:
    given: dict[str, Any] = {
        "key": "content_imports",
        "description": "A flag of a test.",
        "default": True,
        "is_per_user": True,
        "refusal": "It is off.",
    }
    return Flag(**given | values)


def a_rule(**values: Any) -> FlagRule:
    given: dict[str, Any] = {
        "key": "content_imports",
        "enabled": True,
        "percentage": None,
        "roles": [],
        "user_ids": [],
        "changed_at": NOON,
        "changed_by_id": None,
    }
    return FlagRule(**given | values)
