"""Segment conditions in SQL: a condition on `users` for each kind, and for whole groups of them."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Text, and_, any_, bindparam, exists, func, or_, select

from domain.analytics.weak_areas import ENOUGH_ATTEMPTS, WEAK_BELOW_PERCENT
from domain.campaigns.segments import SegmentGroup
from persistence.accounts.roles import is_active
from persistence.campaigns.streak_states import STREAK_STATE
from persistence.statements import ID, MOMENT
from persistence.tables.accounts.users import users
from persistence.tables.analytics.learner_analytics import attempt_days, domain_days
from persistence.tables.gamification.streaks import activities
from persistence.tables.mail.email_preferences import email_preferences

Shape = tuple[tuple[str, ...], ...]
"""The kinds of the conditions of each group, on which alone the SQL of a segment depends."""
NOW = bindparam("now", type_=MOMENT)
moment = select(bindparam("began", type_=MOMENT).label("now")).subquery("moment")
"""The moment from which days are counted back, which a query selects from beside `users`."""
_consents = exists().where(email_preferences.c.user_id == users.c.id, email_preferences.c.marketing)
IS_REACHABLE: ColumnElement[bool] = and_(
    users.c.email_verified, users.c.deleting_at.is_(None), is_active(NOW), _consents
)
"""Whether a user may get a campaign: consent, a verified address, and an account that is not suspended or leaving."""


def _was_active(name: str) -> ColumnElement[bool]:
    since = bindparam(name, type_=MOMENT)
    return exists().where(activities.c.user_id == users.c.id, activities.c.occurred_at >= since)


def _is_weak(name: str) -> ColumnElement[bool]:
    attempts, correct = func.sum(domain_days.c.attempts), func.sum(domain_days.c.correct)
    return (
        select(domain_days.c.user_id)
        .where(domain_days.c.user_id == users.c.id, domain_days.c.domain_id == bindparam(name, type_=ID))
        .group_by(domain_days.c.user_id)
        .having((attempts >= ENOUGH_ATTEMPTS) & (100 * correct < WEAK_BELOW_PERCENT * attempts))
        .exists()
    )


_CONDITIONS: dict[str, Callable[[str], ColumnElement[bool]]] = {
    "role": lambda name: bindparam(name, type_=Text) == any_(users.c.roles),
    "active_within_days": _was_active,
    "inactive_for_days": lambda name: ~_was_active(name),
    "exam_type_id": lambda name: exists().where(
        attempt_days.c.user_id == users.c.id, attempt_days.c.exam_type_id == bindparam(name, type_=ID)
    ),
    "streak": lambda name: bindparam(name, type_=Text) == STREAK_STATE,
    "weak_domain_id": _is_weak,
    "marketing": lambda name: _consents == bindparam(name, type_=Boolean),
}


def shape_of(groups: Sequence[SegmentGroup]) -> Shape:
    """Return the shape of groups."""
    return tuple(tuple(condition.kind for condition in group.conditions) for group in groups)


def is_in(shape: Shape) -> ColumnElement[bool]:
    """Return the condition that a user who is not anonymised fits one of the groups."""
    fits = [
        and_(*(_CONDITIONS[kind](f"g{g}_c{c}") for c, kind in enumerate(kinds)))
        for g, kinds in enumerate(shape)
    ]
    return and_(users.c.erased_at.is_(None), or_(*fits))


def values_of(groups: Sequence[SegmentGroup], *, began: datetime) -> dict[str, Any]:
    """Return the parameters of `is_in`; days count back from `began`."""
    return {
        f"g{g}_c{c}": _value(condition.kind, getattr(condition, condition.kind), began)
        for g, group in enumerate(groups)
        for c, condition in enumerate(group.conditions)
    } | {"began": began}


def _value(kind: str, value: Any, began: datetime) -> Any:
    if kind in {"active_within_days", "inactive_for_days"}:
        return began - timedelta(days=value)
    return value.value if isinstance(value, Enum) else value
