"""Segment changes: operators create, change, delete and count segments."""

from dataclasses import replace

from domain import text
from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.campaigns import operators, segments
from domain.campaigns.segments import Segment, SegmentGroup, SegmentInUseError, SegmentSize
from domain.campaigns.work import CampaignsWork
from domain.edits import UNCHANGED, Edit, checked, mandatory, settled
from domain.errors import NotFoundError
from domain.idempotency import checked_key, first_use
from domain.ids import SegmentId
from domain.refusals import all_at_once

LONGEST_NAME = 120


async def create(
    work: CampaignsWork, act: Act, *, name: str, groups: list[SegmentGroup], key: str
) -> Segment:
    """Store a segment; the same key returns the segment that its first use created.

    Raises, all at once, ForbiddenError, InvalidInputErrors and NotFoundErrors that name the fields, and
    IdempotencyKeyReusedError.
    """
    with all_at_once() as each:
        with each:
            await operators.require(work, act)
        with each:
            name = _checked_name(name)
        with each:
            await segments.check_groups(work.exam_types, groups)
        with each:
            key = checked_key(key)
    new = Segment(
        id=SegmentId(act.mint("segment")),
        name=name,
        version=1,
        groups=groups,
        created_at=act.now,
        updated_at=act.now,
    )
    given = {"name": name, "groups": segments.written(groups)}
    earlier = await first_use(
        work.receipts, act, operation="createSegment", key=key, given=given, result_id=new.id
    )
    if earlier is not None:
        (stored,) = await work.segments.by_ids([SegmentId(earlier)])
        if stored is None:
            raise operators.removed("segment")
        return stored
    return await add(work, act, new)


async def add(work: CampaignsWork, act: Act, new: Segment) -> Segment:
    """Store a segment that was checked."""
    await work.segments.add(new)
    await _record(work, act, AuditAction.SEGMENT_CREATED, new)
    return new


async def update(
    work: CampaignsWork,
    act: Act,
    segment_id: SegmentId,
    *,
    version: int,
    name: Edit[str | None] = UNCHANGED,
    groups: Edit[list[SegmentGroup] | None] = UNCHANGED,
) -> Segment:
    """Change a segment; campaigns that were started keep its earlier groups.

    Raises, all at once, ForbiddenError, NotFoundError, VersionOutdatedError and InvalidInputErrors.
    """
    with all_at_once() as each:
        with each:
            await operators.require(work, act)
        with each:
            new_name = checked(name, _checked_name, field="name")
        with each:
            if groups is not UNCHANGED:
                await segments.check_groups(work.exam_types, mandatory(groups, [], field="groups"))
        before = await work.segments.lock(segment_id)
        if before is None:
            raise NotFoundError(
                "There is no such segment; `segments` lists those that there are.", field="id"
            )
        operators.check_version(before.version, version)
    new_groups = mandatory(groups, before.groups, field="groups")
    same = replace(before, name=settled(new_name, before.name), groups=new_groups)
    if same == before:
        return before
    after = replace(same, version=before.version + 1, updated_at=act.now)
    await work.segments.put(after)
    await _record(work, act, AuditAction.SEGMENT_UPDATED, after)
    return after


async def delete(work: CampaignsWork, act: Act, segment_id: SegmentId) -> Segment:
    """Delete a segment that no campaign will use; raises ForbiddenError, NotFoundError or SegmentInUseError."""
    await operators.require(work, act)
    before = await work.segments.lock(segment_id)
    if before is None:
        raise NotFoundError("There is no such segment; `segments` lists those that there are.", field="id")
    if not await work.segments.remove(segment_id):
        raise SegmentInUseError(
            "A campaign that has not ended uses this segment; cancel that campaign, or give it another segment.",
            field="id",
        )
    await _record(work, act, AuditAction.SEGMENT_DELETED, before)
    return before


async def size(work: CampaignsWork, act: Act, groups: list[SegmentGroup]) -> SegmentSize:
    """Count who fits groups that need not be stored; raises ForbiddenError, InvalidInputErrors and NotFoundErrors."""
    with all_at_once() as each:
        with each:
            await operators.require(work, act)
        with each:
            await segments.check_groups(work.exam_types, groups)
    return await work.segments.size(groups, now=act.now)


async def size_of(work: CampaignsWork, act: Act, segment_id: SegmentId) -> SegmentSize:
    """Count who is in a stored segment; raises ForbiddenError or NotFoundError."""
    await operators.require(work, act)
    (segment,) = await work.segments.by_ids([segment_id])
    if segment is None:
        raise NotFoundError("There is no such segment; `segments` lists those that there are.", field="by.id")
    return await work.segments.size(segment.groups, now=act.now)


def _checked_name(name: str) -> str:
    return text.line(name, field="name", longest=LONGEST_NAME)


async def _record(work: CampaignsWork, act: Act, action: AuditAction, segment: Segment) -> None:
    difference: dict[str, str | None] = {"name": segment.name, "version": str(segment.version)}
    await audit.record(work.audit, act, action, target=segment.id, difference=difference)
