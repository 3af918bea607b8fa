"""Upstreams: where a fork stands against the roadmap that it was forked from."""

from collections.abc import Sequence
from typing import Protocol

from domain.authoring.drafts import DraftNode, Drafts, details_of
from domain.authoring.upstream_merges import Choices, Conflict, Merge, MergeField, Side, merge
from domain.content.roadmaps import RoadmapVersion
from domain.entities import entity
from domain.ids import RoadmapId, RoadmapNodeId, RoadmapVersionId, UserId

MOST_CONFLICTS = 1_000
"""How many conflicts are listed at once; the rest is listed once these are decided."""


@entity
class Upstream:
    """A fork and its origin: the newest version of the fork, what it has taken in, and what is published now.

    `base` is None where the version that was taken in no longer exists.
    """

    roadmap_id: RoadmapId
    mine: RoadmapVersion
    base: RoadmapVersion | None
    theirs: RoadmapVersion


class Upstreams(Protocol):
    """The origins of forks; `viewer_id` leaves out forks that the viewer may not edit, and origins out of sight."""

    async def of_roadmaps(self, ids: list[RoadmapId], *, viewer_id: UserId) -> list[Upstream | None]:
        """Return one slot per id, in their order; None where the fork has what its origin has published."""


@entity
class UpstreamConflict:
    """A field that fork and origin changed differently, with the node on each side; None where a side has none.

    `key` is None for a field of the roadmap as a whole.
    """

    key: str | None
    field: MergeField
    base_id: RoadmapNodeId | None
    mine_id: RoadmapNodeId | None
    theirs_id: RoadmapNodeId | None


@entity
class UpstreamDiff:
    """What an origin has published since a fork took it in, and what a pull of it would have to decide.

    `compared_ids` are the version of the origin and the one that was taken in; None where that no longer exists.
    """

    base_id: RoadmapVersionId | None
    upstream_id: RoadmapVersionId
    mine_id: RoadmapVersionId
    compared_ids: tuple[RoadmapVersionId, RoadmapVersionId] | None
    conflicts: list[UpstreamConflict]


@entity
class Merged:
    """A merge of what an origin has published into its fork, with the conflicts that are left, node by node."""

    upstream: Upstream
    merge: Merge
    conflicts: list[UpstreamConflict]
    size: int


async def diffs(
    upstreams: Upstreams, drafts: Drafts, ids: list[RoadmapId], *, viewer_id: UserId
) -> list[UpstreamDiff | None]:
    """Return the difference of each fork from its origin; two statements for any number of forks."""
    found = await upstreams.of_roadmaps(ids, viewer_id=viewer_id)
    merged = await merges(drafts, [upstream for upstream in found if upstream is not None], {})
    told = {each.upstream.roadmap_id: _diff(each) for each in merged}
    return [told.get(id_) for id_ in ids]


async def merges(drafts: Drafts, upstreams: Sequence[Upstream], choices: Choices) -> list[Merged]:
    """Merge what each origin has published into the newest version of its fork; one statement for any number."""
    if not upstreams:
        return []
    ids = {
        version.id
        for upstream in upstreams
        for version in (upstream.base, upstream.mine, upstream.theirs)
        if version is not None
    }
    listed = list(ids)
    nodes = dict(zip(listed, await drafts.contents(listed), strict=True))
    return [_merged(upstream, nodes, choices) for upstream in upstreams]


Contents = dict[RoadmapVersionId, dict[str, tuple[RoadmapNodeId, DraftNode]]]


def _merged(upstream: Upstream, nodes: Contents, choices: Choices) -> Merged:
    base, mine, theirs = (
        {} if version is None else nodes[version.id]
        for version in (upstream.base, upstream.mine, upstream.theirs)
    )
    merged = merge(
        _side(upstream.base or upstream.theirs, base),
        _side(upstream.mine, mine),
        _side(upstream.theirs, theirs),
        choices,
    )
    conflicts = [
        UpstreamConflict(
            key=each.key,
            field=each.field,
            base_id=_id(base, each),
            mine_id=_id(mine, each),
            theirs_id=_id(theirs, each),
        )
        for each in merged.conflicts
    ]
    return Merged(upstream=upstream, merge=merged, conflicts=conflicts, size=len(mine))


def _side(version: RoadmapVersion, nodes: dict[str, tuple[RoadmapNodeId, DraftNode]]) -> Side:
    return Side(details=details_of(version), nodes={key: node for key, (_, node) in nodes.items()})


def _id(nodes: dict[str, tuple[RoadmapNodeId, DraftNode]], conflict: Conflict) -> RoadmapNodeId | None:
    found = nodes.get(conflict.key) if conflict.key is not None else None
    return None if found is None else found[0]


def _diff(merged: Merged) -> UpstreamDiff:
    base, theirs = merged.upstream.base, merged.upstream.theirs
    return UpstreamDiff(
        base_id=None if base is None else base.id,
        upstream_id=theirs.id,
        mine_id=merged.upstream.mine.id,
        compared_ids=None if base is None else (theirs.id, base.id),
        conflicts=merged.conflicts[:MOST_CONFLICTS],
    )
