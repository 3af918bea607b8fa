"""Segments: who a campaign is for, as groups of conditions; whoever fits one group is in the segment."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

from domain.accounts.users import Role
from domain.content.exam_types import ExamTypes
from domain.entities import entity
from domain.errors import DomainError, InvalidInputError, NotFoundError
from domain.gamification.current_streak import StreakState
from domain.ids import ExamDomainId, ExamTypeId, SegmentId
from domain.paging import Page, Window
from domain.refusals import all_at_once

MOST_GROUPS = 5
MOST_CONDITIONS = 10
MOST_DAYS = 3_650
MOST_COUNTED = 1_000_000
"""Up to how many users a size is counted."""


@entity
class SegmentCondition:
    """One condition: exactly one of the fields is set.

    `active_within_days` and `inactive_for_days` are about what counts for a streak,
    `exam_type_id` is about graded quizzes.
    """

    role: Role | None = None
    active_within_days: int | None = None
    inactive_for_days: int | None = None
    exam_type_id: ExamTypeId | None = None
    streak: StreakState | None = None
    weak_domain_id: ExamDomainId | None = None
    marketing: bool | None = None

    @property
    def kind(self) -> str:
        """The name of the field that is set."""
        return next(name for name in KINDS if getattr(self, name) is not None)


KINDS: tuple[str, ...] = tuple(SegmentCondition.__slots__)  # type: ignore[attr-defined]


@entity
class SegmentGroup:
    """Conditions that all hold."""

    conditions: list[SegmentCondition]


@entity
class Segment:
    """A segment: whoever fits one of the groups is in it."""

    id: SegmentId
    name: str
    version: int
    groups: list[SegmentGroup]
    created_at: datetime
    updated_at: datetime


@entity
class SegmentSize:
    """How many users a segment has, and how many of them may get a campaign now; each is counted up to a million."""

    matching: int
    reachable: int


class SegmentInUseError(DomainError):
    """A campaign that has not ended uses the segment."""

    code = "SEGMENT_IN_USE"


class Segments(Protocol):
    """Segments, and the users in them."""

    async def add(self, segment: Segment) -> None:
        """Store a new segment."""

    async def by_ids(self, ids: list[SegmentId]) -> list[Segment | None]:
        """Return one slot per id, in their order."""

    async def page(self, window: Window) -> Page[Segment]:
        """Return the segments, newest first."""

    async def lock(self, segment_id: SegmentId) -> Segment | None:
        """Return a segment, and keep others from changing it until the transaction ends."""

    async def put(self, segment: Segment) -> None:
        """Store the changes of a segment that `lock` returned."""

    async def remove(self, segment_id: SegmentId) -> bool:
        """Remove a segment; tells whether no campaign that has not ended used it."""

    async def size(self, groups: list[SegmentGroup], *, now: datetime) -> SegmentSize:
        """Count the users who fit."""


def written(groups: Sequence[SegmentGroup]) -> list[list[dict[str, Any]]]:
    """Return groups as JSON, each condition as its one field."""
    return [[_written(asdict(condition)) for condition in group.conditions] for group in groups]


def _written(condition: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.value if isinstance(value, Enum) else value
        for name, value in condition.items()
        if value is not None
    }


async def check_groups(exam_types: ExamTypes, groups: Sequence[SegmentGroup]) -> None:
    """Raise, all at once, InvalidInputErrors and NotFoundErrors that name what is wrong with the groups."""
    looked_at = groups[:MOST_GROUPS]
    places = [
        (f"groups[{g}].conditions[{c}]", condition)
        for g, group in enumerate(looked_at)
        for c, condition in enumerate(group.conditions[:MOST_CONDITIONS])
    ]
    with all_at_once() as each:
        with each:
            if not 1 <= len(groups) <= MOST_GROUPS:
                raise InvalidInputError(f"groups must hold 1 to {MOST_GROUPS}.", field="groups")
        for g, group in enumerate(looked_at):
            with each:
                _check_length(group, field=f"groups[{g}].conditions")
        for place, condition in places:
            with each:
                _check_days(condition, place)
        with each:
            await _check_known(exam_types, places)


def _check_length(group: SegmentGroup, *, field: str) -> None:
    if not 1 <= len(group.conditions) <= MOST_CONDITIONS:
        raise InvalidInputError(f"{field} must hold 1 to {MOST_CONDITIONS}.", field=field)


def _check_days(condition: SegmentCondition, place: str) -> None:
    for name, field in (
        ("active_within_days", "activeWithinDays"),
        ("inactive_for_days", "inactiveForDays"),
    ):
        days = getattr(condition, name)
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise InvalidInputError(f"{place}.{field} must be 1 to {MOST_DAYS}.", field=f"{place}.{field}")


async def _check_known(exam_types: ExamTypes, places: list[tuple[str, SegmentCondition]]) -> None:
    types = [(place, c.exam_type_id) for place, c in places if c.exam_type_id is not None]
    domains = [(place, c.weak_domain_id) for place, c in places if c.weak_domain_id is not None]
    found_types = await exam_types.by_ids([id_ for _, id_ in types]) if types else []
    found_domains = await exam_types.domains_by_ids([id_ for _, id_ in domains]) if domains else []
    with all_at_once() as each:
        for (place, _), found in zip(types, found_types, strict=True):
            with each:
                if found is None:
                    raise _unknown("exam type", f"{place}.examTypeId")
        for (place, _), known in zip(domains, found_domains, strict=True):
            with each:
                if known is None:
                    raise _unknown("exam domain", f"{place}.weakDomainId")


def _unknown(what: str, field: str) -> NotFoundError:
    return NotFoundError(
        f"{field} names an {what} that there is not; `examTypes` lists those that there are.", field=field
    )
