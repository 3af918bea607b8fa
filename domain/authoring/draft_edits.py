"""Edits of drafts: a list of operations is applied whole or not at all, and can be taken back."""

from collections.abc import Sequence
from typing import Any

from domain.acts import Act
from domain.authoring import node_positions
from domain.authoring.draft_operations import Describe, Operation
from domain.authoring.drafts import (
    Draft,
    DraftChanges,
    DraftConflictError,
    DraftNode,
    NodePlace,
    NotADraftError,
    described,
    details_of,
    stored_node,
)
from domain.authoring.work import AuthoringWork
from domain.content.releases.roadmap_rights import Right, may, refusal_of
from domain.content.roadmap_nodes import MOST_EDGES, new_groups, node_id_of
from domain.content.roadmaps import RoadmapVersion, VersionState
from domain.entities import entity
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from domain.ids import LineageId, RoadmapVersionId
from domain.refusals import all_at_once

MOST_OPERATIONS = 200
"""How many operations one edit has at most."""


@entity
class DraftEdit:
    """A draft after an edit, and the operations that take the edit back when they are sent as the next one."""

    version: RoadmapVersion
    undo: list[dict[str, Any]]


async def edit(
    work: AuthoringWork,
    act: Act,
    *,
    version_id: RoadmapVersionId,
    revision: int,
    operations: Sequence[Operation],
) -> DraftEdit:
    """Apply operations to a draft of the actor's, each to what the one before left; all of them or none.

    Raises, all at once, InvalidInputErrors for what operations hold, and NotFoundError, ForbiddenErrors, NotADraftError
    or DraftConflictError where the draft was edited since the client read it; or InvalidInputErrors, all at once, for
    what the draft does not allow.
    """
    with all_at_once() as each:
        with each:
            operations = _checked(operations)
        version = await draft_at(work, act, version_id, revision)
        await _check_visibility(work, act, version, operations)
    return await applied(work, act, version, operations)


async def draft_at(
    work: AuthoringWork, act: Act, version_id: RoadmapVersionId, revision: int
) -> RoadmapVersion:
    """Return a draft that the actor may edit, locked, while it has the revision.

    Raises DraftConflictError, NotFoundError, ForbiddenError or NotADraftError.
    """
    version = await locked_draft(work, act, version_id)
    if version.revision != revision:
        raise DraftConflictError(
            f"The draft is at revision {version.revision}; look at it and repeat the edit with that revision.",
            current_id=version.id,
            field="revision",
        )
    return version


async def applied(
    work: AuthoringWork, act: Act, version: RoadmapVersion, operations: Sequence[Operation]
) -> DraftEdit:
    """Apply operations, which are checked, to a locked draft; raises InvalidInputErrors, all at once.

    Where the draft is what it was before, its revision stays, and there is nothing to undo.
    """
    places = await work.drafts.places(version.id)
    touched = {key for operation in operations for key in operation.touches}
    before = {node.key: node for node in await work.drafts.nodes(version.id, touched)} if touched else {}
    draft = Draft(
        details_of(version), [place.key for place in places], before, upstream=version.upstream_version_id
    )
    undo = _applied(draft, operations)
    await _check_upstream(work, act, version, draft)
    changes = await _changes(work, act, version, places, before, draft)
    await _check_edges(work, version, before, draft)
    if described(version, draft) == version and not changes.are_any:
        return DraftEdit(version=version, undo=[])
    edited = await work.drafts.write(described(version, draft), changes)
    return DraftEdit(version=edited, undo=[{each.name: each.sent()} for each in reversed(undo)])


async def locked_draft(work: AuthoringWork, act: Act, version_id: RoadmapVersionId) -> RoadmapVersion:
    """Return a draft that the actor may edit; its roadmap is locked until the commit.

    Raises NotFoundError, ForbiddenError or NotADraftError.
    """
    (version,) = await work.roadmaps.versions_by_ids([version_id], viewer_id=act.user_id)
    roadmap = None if version is None else await work.roadmaps.lock(version.roadmap_id)
    if roadmap is not None:  # another edit or a publication may have held the lock
        (version,) = await work.roadmaps.versions_by_ids([version_id], viewer_id=act.user_id)
    if roadmap is None or version is None:
        raise NotFoundError("There is no such version.", field="versionId")
    if not await may(work, act, roadmap, Right.EDIT):
        raise ForbiddenError(refusal_of(Right.EDIT), field="versionId")
    if version.state is not VersionState.DRAFT:
        raise NotADraftError(
            "A published version never changes; begin a draft with startRoadmapDraft.", field="versionId"
        )
    return version


def _checked(operations: Sequence[Operation]) -> list[Operation]:
    """Check what each operation holds, before anything is read."""
    if not 1 <= len(operations) <= MOST_OPERATIONS:
        raise InvalidInputError(f"operations must hold 1 to {MOST_OPERATIONS}.", field="operations")
    checked = []
    with all_at_once() as each:
        for place, operation in enumerate(operations):
            with each:
                checked.append(operation.checked(_at(place, operation)))
    return checked


async def _check_visibility(
    work: AuthoringWork, act: Act, version: RoadmapVersion, operations: Sequence[Operation]
) -> None:
    """Refuse another visibility than the draft has to those who may not manage the roadmap."""
    places = [
        _at(place, operation)
        for place, operation in enumerate(operations)
        if isinstance(operation, Describe)
        and operation.values.get("visibility", version.visibility) is not version.visibility
    ]
    if not places:
        return
    (roadmap,) = await work.roadmaps.by_ids([version.roadmap_id], viewer_id=act.user_id)
    if roadmap is not None and await may(work, act, roadmap, Right.MANAGE):
        return
    with all_at_once() as each:
        for at in places:
            with each:
                raise ForbiddenError(
                    "Only the author, or an admin without an API key, may change the visibility; leave it out.",
                    field=f"{at}visibility",
                )


def _applied(draft: Draft, operations: Sequence[Operation]) -> list[Operation]:
    """Apply the operations in order; return the inverse of each."""
    undo = []
    with all_at_once() as each:
        for place, operation in enumerate(operations):
            with each:
                undo.append(operation.apply(draft, _at(place, operation)))
    return undo


def _at(place: int, operation: Operation) -> str:
    return f"operations[{place}].{operation.name}."


async def _check_edges(
    work: AuthoringWork, version: RoadmapVersion, before: dict[str, DraftNode], draft: Draft
) -> None:
    """Refuse more prerequisites than a version may have; they are counted where an edit adds some."""
    added = _edges(draft.nodes) - _edges(before)
    if added > 0 and await work.drafts.edges(version.id) + added > MOST_EDGES:
        raise InvalidInputError(
            f"operations would give the draft more than {MOST_EDGES} prerequisites, the most; disconnect some first.",
            field="operations",
        )


async def _check_upstream(work: AuthoringWork, act: Act, version: RoadmapVersion, draft: Draft) -> None:
    """Refuse a version that is not of the origin of the fork, or that the actor does not see."""
    if draft.upstream in {None, version.upstream_version_id}:
        return
    (roadmap,) = await work.roadmaps.by_ids([version.roadmap_id], viewer_id=act.user_id)
    (found,) = await work.roadmaps.versions_by_ids([draft.upstream], viewer_id=act.user_id)
    is_published = found is not None and found.state is not VersionState.DRAFT
    if roadmap is None or found is None or not is_published or found.roadmap_id != roadmap.forked_from_id:
        raise InvalidInputError(
            "setUpstream must name a published version of the roadmap that this one was forked from.",
            field="operations",
        )


def _edges(nodes: dict[str, DraftNode]) -> int:
    return sum(len(needs.of) for node in nodes.values() for needs in node.needs)


async def _changes(
    work: AuthoringWork,
    act: Act,
    version: RoadmapVersion,
    places: Sequence[NodePlace],
    before: dict[str, DraftNode],
    draft: Draft,
) -> DraftChanges:
    """Return the rows that differ from those that are stored."""
    stored = {place.key: place for place in places}
    positions = node_positions.placed(
        draft.order, {key: place.position for key, place in stored.items()}, draft.placed
    )
    changed = [node for key, node in draft.nodes.items() if node != before.get(key)]
    regrouped = [
        node for node in changed if node.needs != (before[node.key].needs if node.key in before else ())
    ]
    lineages = {place.key: place.lineage_id for place in places}
    named = [node.key for node in changed] + [
        key for node in regrouped for each in node.needs for key in each.of
    ]
    if unknown := [key for key in named if key not in lineages]:
        wanted = {key: LineageId(act.mint("lineage")) for key in unknown}
        lineages |= await work.nodes.lineages(version.roadmap_id, wanted)
    ids = {
        node.key: stored[node.key].id if node.key in stored else node_id_of(version.id, lineages[node.key])
        for node in changed
    }
    written = [
        stored_node(
            node,
            version.id,
            lineages[node.key],
            id_=ids[node.key],
            position=positions[node.key] if node.key in positions else stored[node.key].position,
        )
        for node in changed
    ]
    return DraftChanges(
        removed=[stored[key].id for key in before if key not in draft.nodes],
        written=written,
        regrouped=[ids[node.key] for node in regrouped],
        groups=[group for node in regrouped for group in new_groups(ids[node.key], node.needs, lineages)],
        moved={stored[key].id: at for key, at in positions.items() if key not in ids},
    )
