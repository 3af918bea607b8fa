"""Pulls: a fork takes in what its origin has published, as an edit of its draft that can be taken back."""

from collections.abc import Sequence

from domain.acts import Act
from domain.authoring import draft_edits, upstreams
from domain.authoring.draft_edits import DraftEdit
from domain.authoring.draft_operations import SetUpstream
from domain.authoring.node_operations import AddNode, RemoveNode
from domain.authoring.upstream_merges import Choices, MergeChoice, MergeField
from domain.authoring.upstreams import MOST_CONFLICTS, Merged, Upstream, UpstreamConflict
from domain.authoring.work import AuthoringWork
from domain.content.roadmap_nodes import MOST_NODES
from domain.content.roadmaps import RoadmapVersion
from domain.entities import entity
from domain.errors import DomainError, InvalidInputError
from domain.ids import RoadmapVersionId
from domain.refusals import all_at_once

MOST_CHOICES = 10_000
"""How many conflicts one pull can decide."""
MOST_UNDONE = 8 * MOST_NODES
"""How many operations take a pull back at most."""


class NothingToPullError(DomainError):
    """The roadmap is no fork, or its draft has what its origin has published, or its origin is out of sight."""

    code = "NOTHING_TO_PULL"


class UpstreamChangedError(DomainError):
    """The version is not the one that the origin has published now."""

    code = "UPSTREAM_CHANGED"


class UnresolvedConflictsError(DomainError):
    """Both sides changed fields for which no choice was given; `conflicts` names them."""

    code = "UNRESOLVED_CONFLICTS"

    def __init__(self, conflicts: Sequence[UpstreamConflict]) -> None:
        super().__init__(
            f"You and the origin changed {len(conflicts)} fields differently; choose KEEP_MINE or TAKE_THEIRS for each "
            "of `conflicts`.",
            field="choices",
        )
        self.conflicts = list(conflicts[:MOST_CONFLICTS])


@entity
class Choice:
    """Which side of a conflict holds; `key` is None for a field of the roadmap as a whole."""

    key: str | None
    field: MergeField
    choice: MergeChoice


async def pull(
    work: AuthoringWork,
    act: Act,
    *,
    version_id: RoadmapVersionId,
    revision: int,
    upstream_version_id: RoadmapVersionId,
    choices: Sequence[Choice],
) -> DraftEdit:
    """Merge what the origin of a fork has published into the fork's draft; all of it or nothing.

    `undo` of the result takes the pull back. Raises NotFoundError, ForbiddenError, NotADraftError, DraftConflictError,
    NothingToPullError, UpstreamChangedError, UnresolvedConflictsError, or InvalidInputErrors.
    """
    with all_at_once() as each:
        with each:
            chosen = _chosen(choices)
        version = await draft_edits.draft_at(work, act, version_id, revision)
    upstream = await _upstream(work, act, version)
    if upstream.theirs.id != upstream_version_id:
        raise UpstreamChangedError(
            "The origin has published another version; look at `upstreamDiff` again.",
            field="upstreamVersionId",
        )
    (merged,) = await upstreams.merges(work.drafts, [upstream], chosen)
    if merged.conflicts:
        raise UnresolvedConflictsError(merged.conflicts)
    _check_size(merged)
    await work.nodes.inherit(version.roadmap_id, upstream.theirs.id)
    operations = [*merged.merge.operations, SetUpstream(version_id=upstream.theirs.id)]
    return await draft_edits.applied(work, act, version, operations)


def _chosen(choices: Sequence[Choice]) -> Choices:
    """Return the choices by node and field; refuse more than one for the same."""
    if len(choices) > MOST_CHOICES:
        raise InvalidInputError(f"choices may hold at most {MOST_CHOICES:,}.", field="choices")
    found: dict[tuple[str | None, MergeField], MergeChoice] = {}
    with all_at_once() as each:
        for place, given in enumerate(choices):
            with each:
                if found.setdefault((given.key, given.field), given.choice) is not given.choice:
                    raise InvalidInputError(
                        f"choices[{place}] decides a conflict again, and differently; keep one of the two.",
                        field=f"choices[{place}]",
                    )
    return found


async def _upstream(work: AuthoringWork, act: Act, version: RoadmapVersion) -> Upstream:
    (upstream,) = await work.upstreams.of_roadmaps([version.roadmap_id], viewer_id=act.user_id)
    if upstream is None:
        raise NothingToPullError(
            "There is nothing to pull: this roadmap is no fork, or it has what its origin has published, or you can no "
            "longer see its origin.",
            field="versionId",
        )
    return upstream


def _check_size(merged: Merged) -> None:
    added = sum(isinstance(each, AddNode) for each in merged.merge.operations)
    removed = sum(isinstance(each, RemoveNode) for each in merged.merge.operations)
    if merged.size + added - removed > MOST_NODES:
        raise InvalidInputError(
            f"The draft would have more than {MOST_NODES} nodes, which is the most; remove some first.",
            field="versionId",
        )
