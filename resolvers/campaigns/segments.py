"""Resolvers of segments."""

from collections.abc import Sequence
from enum import Enum
from typing import Any, Protocol

from domain.accounts.users import Role
from domain.campaigns import operators, segment_changes
from domain.campaigns.segments import KINDS, Segment, SegmentCondition, SegmentGroup, SegmentSize
from domain.edits import UNCHANGED, Edit
from domain.gamification.current_streak import StreakState
from domain.ids import ExamDomainId, ExamTypeId, SegmentId
from domain.paging import Page, Window
from resolvers.context import Context


class GivenCondition(Protocol):
    """A condition as a client sends it, with the one field that it chose."""

    role: Role | None
    active_within_days: int | None
    inactive_for_days: int | None
    exam_type_id: ExamTypeId | None
    streak: StreakState | None
    weak_domain_id: ExamDomainId | None
    marketing: bool | None


class GivenGroup(Protocol):
    """A group as a client sends it."""

    conditions: Sequence[GivenCondition]


class GivenSizeBy(Protocol):
    """What to count, as a client sends it: one of the two."""

    id: SegmentId | None
    groups: Sequence[GivenGroup] | None


async def segments(context: Context, *, window: Window) -> Page[Segment]:
    """Return a page of the segments for an operator, newest first."""
    async with context.open_reads() as reads:
        await operators.require(reads, context.act())
        return await reads.segments.page(window)


async def segment_size(context: Context, *, by: GivenSizeBy) -> SegmentSize:
    """Count who fits a segment or groups, in one statement."""
    async with context.open_reads() as reads:
        if isinstance(by.id, str):
            return await segment_changes.size_of(reads, context.act(), SegmentId(by.id))
        return await segment_changes.size(reads, context.act(), _read(by.groups or []))


async def create_segment(
    context: Context, *, name: str, groups: Sequence[GivenGroup], idempotency_key: str
) -> Segment:
    """Create a segment."""
    async with context.open_work() as work:
        return await segment_changes.create(
            work, context.act(), name=name, groups=_read(groups), key=idempotency_key
        )


async def update_segment(
    context: Context,
    *,
    id: SegmentId,
    version: int,
    name: Edit[str | None] = UNCHANGED,
    groups: Edit[Sequence[GivenGroup] | None] = UNCHANGED,
) -> Segment:
    """Change a segment."""
    async with context.open_work() as work:
        return await segment_changes.update(
            work,
            context.act(),
            id,
            version=version,
            name=name,
            groups=groups if groups is UNCHANGED or groups is None else _read(groups),
        )


async def delete_segment(context: Context, *, id: SegmentId) -> Segment:
    """Delete a segment."""
    async with context.open_work() as work:
        return await segment_changes.delete(work, context.act(), id)


def _read(groups: Sequence[GivenGroup]) -> list[SegmentGroup]:
    return [
        SegmentGroup(conditions=[_condition(condition) for condition in group.conditions]) for group in groups
    ]


def _condition(given: GivenCondition) -> SegmentCondition:
    chosen = {name: getattr(given, name) for name in KINDS}
    sent: dict[str, Any] = {n: value for n, value in chosen.items() if isinstance(value, Enum | int | str)}
    return SegmentCondition(**sent)
