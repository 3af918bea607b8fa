"""Evaluation of feature flags: whether one is on for a caller, and why."""

import hashlib
from collections.abc import Collection
from enum import Enum

from domain.entities import entity
from domain.feature_flags.flags import Flag, FlagRule

_ALL = 100


class FlagReason(Enum):
    """Why a flag is on or off: nothing is set, it is set for all, by what the caller is, or by the share of users."""

    DEFAULT = "DEFAULT"
    STATIC = "STATIC"
    DISABLED = "DISABLED"
    TARGETING_MATCH = "TARGETING_MATCH"
    SPLIT = "SPLIT"


@entity
class Evaluation:
    """Whether a flag is on, and why."""

    is_on: bool
    reason: FlagReason


def evaluate(flag: Flag, rule: FlagRule | None, *, user_id: str | None, roles: Collection[str]) -> Evaluation:
    """Evaluate a flag for a user, or with None for an anonymous caller."""
    if rule is None:
        return Evaluation(is_on=flag.default, reason=FlagReason.DEFAULT)
    if not rule.enabled:
        return Evaluation(is_on=False, reason=FlagReason.DISABLED)
    if rule.is_for_all:
        return Evaluation(is_on=True, reason=FlagReason.STATIC)
    if user_id in rule.user_ids or any(role.value in roles for role in rule.roles):
        return Evaluation(is_on=True, reason=FlagReason.TARGETING_MATCH)
    is_in_share = user_id is not None and bucket(flag.key, user_id) < (rule.percentage or 0)
    return Evaluation(is_on=is_in_share, reason=FlagReason.SPLIT)


def bucket(key: str, user_id: str) -> int:
    """Return the place of a user among the hundredths of a flag, from 0 to 99.

    It is the same at all times and in all processes, so that a growing percentage only adds users. It differs between
    flags, so that not always the same users are first.
    """
    digest = hashlib.sha256(f"{key}:{user_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % _ALL
