"""Types and mutations of forks, and of pulling what their origins publish."""

import strawberry

from domain.authoring.forks import NothingToForkError
from domain.authoring.pulls import (
    MOST_CHOICES,
    MOST_UNDONE,
    NothingToPullError,
    UnresolvedConflictsError,
    UpstreamChangedError,
)
from domain.authoring.upstream_merges import MergeChoice, MergeField
from domain.authoring.upstreams import MOST_CONFLICTS
from domain.content.quizzes import SlugTakenError
from domain.errors import ForbiddenError, IdempotencyKeyReusedError
from domain.ids import RoadmapId, RoadmapVersionId
from graph.authoring.draft_errors import DRAFT_ERRORS
from graph.content.roadmap_nodes import RoadmapNode
from graph.content.roadmaps import Roadmap, RoadmapVersion
from graph.content.version_diffs import VersionDiff
from graph.directives import imports_content, public
from graph.enums import declare_enum
from graph.errors import UserError, declare_error
from graph.fields import attribute, given, loaded_by
from graph.mutations import mutated_by
from graph.scalars import JsonObject
from resolvers.authoring import forks
from resolvers.content import loaders

declare_enum(
    MergeField,
    "What a fork and its origin changed differently.",
    NODE="One side removed the node, and the other changed it.",
    POSITION="Both moved the node, to different places.",
    TITLE="The title of the node, or of the roadmap.",
    DESCRIPTION="The description of the node, or of the roadmap.",
    KIND="What the node asks of the learner.",
    WEIGHT="The weight of the node.",
    OPTIONAL="Whether the roadmap can be complete without the node.",
    DIFFICULTY="The estimate of the difficulty.",
    MINUTES="The estimate of the time.",
    RESOURCES="What to read or watch.",
    COMPLETION="What completes the node.",
    PREREQUISITES="The groups of prerequisites.",
)
declare_enum(
    MergeChoice,
    "Which side of a conflict holds.",
    KEEP_MINE="The fork stays as it is.",
    TAKE_THEIRS="The fork becomes like its origin.",
)


@strawberry.type(
    description="A field that a fork and its origin changed differently since the fork took the origin in.",
    directives=[public()],
)
class UpstreamConflict:
    """One conflict, with the node on each side."""

    key: str | None = attribute("The key of the node; null for a field of the roadmap as a whole.")
    field: MergeField = attribute("What both sides changed.")
    base: RoadmapNode | None = loaded_by(
        loaders.roadmap_nodes_by_id,
        key="base_id",
        description="The node in the version that the fork took in; null where that has none.",
    )
    mine: RoadmapNode | None = loaded_by(
        loaders.roadmap_nodes_by_id,
        key="mine_id",
        description="The node in the newest version of the fork; null where the fork removed it.",
    )
    theirs: RoadmapNode | None = loaded_by(
        loaders.roadmap_nodes_by_id,
        key="theirs_id",
        description="The node in the published version of the origin; null where the origin removed it.",
    )


@strawberry.type(
    description="What the origin of a fork has published since the fork took it in.", directives=[public()]
)
class UpstreamDiff:
    """Two versions of the origin, and how they stand to the fork."""

    base: RoadmapVersion | None = loaded_by(
        loaders.roadmap_versions_by_id,
        key="base_id",
        description="The version of the origin that the fork took in last; null where that no longer exists.",
    )
    upstream: RoadmapVersion | None = loaded_by(
        loaders.roadmap_versions_by_id,
        key="upstream_id",
        description="The published version of the origin, which `pullUpstream` takes.",
    )
    mine: RoadmapVersion | None = loaded_by(
        loaders.roadmap_versions_by_id,
        key="mine_id",
        description="The newest version of the fork, with which the origin is compared.",
    )
    changes: VersionDiff | None = loaded_by(
        loaders.diffs_of_pairs,
        key="compared_ids",
        description="What the origin changed from `base` to `upstream`.",
    )
    conflicts: list[UpstreamConflict] = attribute(
        "The fields that fork and origin changed differently; `pullUpstream` takes a choice for each.",
        at_most=MOST_CONFLICTS,
    )


@strawberry.type
class UnresolvedConflictsBase(UserError):  # noqa: N818 - a type of the schema
    """Adds the conflicts to a refusal."""

    conflicts: list[UpstreamConflict] = attribute(
        "The conflicts without a choice, those of the roadmap as a whole last.", at_most=MOST_CONFLICTS
    )


declare_error(NothingToForkError, "The roadmap has no published version.")
declare_error(
    NothingToPullError,
    "The roadmap is no fork, or has what its origin has published, or the caller may no longer see its origin.",
)
declare_error(UpstreamChangedError, "The version is not the one that the origin has published now.")
declare_error(
    UnresolvedConflictsError,
    "Fork and origin changed fields differently, for which no choice was given.",
    base=UnresolvedConflictsBase,
)


@strawberry.input(description="The roadmap to fork.")
class ForkRoadmapInput:
    """A roadmap with a key."""

    roadmap_id: RoadmapId = given("A published roadmap that the caller may see.", required=True)
    slug: str | None = given(
        "The unique short name of the fork: 1 to 80 of a-z, 0-9 and inner hyphens. Left out, it is that of the origin "
        "with an end of its own.",
        default=None,
    )
    idempotency_key: str = given("A key that the client makes; the same key forks once.", required=True)


@strawberry.input(description="Which side of one conflict holds.")
class MergeChoiceInput:
    """A conflict with its choice."""

    key: str | None = given(
        "The key of the node, as the conflict has it; null for a field of the roadmap as a whole.",
        default=None,
    )
    field: MergeField = given("The field, as the conflict has it.", required=True)
    choice: MergeChoice = given("The side that holds.", required=True)


@strawberry.input(description="A pull of what the origin of a fork has published.")
class PullUpstreamInput:
    """A draft of a fork, with a version of its origin."""

    version_id: RoadmapVersionId = given("The draft of the fork.", required=True)
    revision: int = given("The revision of the draft that the pull is made for.", required=True)
    upstream_version_id: RoadmapVersionId = given(
        "The published version of the origin, as `UpstreamDiff.upstream` has it.", required=True
    )
    choices: list[MergeChoiceInput] | None = given(
        f"A choice for each conflict, at most {MOST_CHOICES}; one without a conflict has no effect.",
        default=None,
    )


@strawberry.type
class ForkMutations:
    """Mutations of forks."""

    fork_roadmap = mutated_by(
        forks.fork_roadmap,
        input=ForkRoadmapInput,
        gives={
            "roadmap": (Roadmap, "The fork; it is not published yet."),
            "version": (RoadmapVersion, "Its draft, a copy of the version that the origin has published."),
        },
        refuses=(NothingToForkError, SlugTakenError, IdempotencyKeyReusedError),
        rule=imports_content(),
        description="Forks a roadmap: the caller gets a roadmap of their own with a draft that has its nodes. The "
        "nodes keep their lineages, so that a learner who follows both roadmaps earns the XP of a node once.",
        weight=20,
    )
    pull_upstream = mutated_by(
        forks.pull_upstream,
        input=PullUpstreamInput,
        gives={
            "version": (RoadmapVersion, "The draft after the pull; `validation` says what it lacks."),
            "undo": (
                list[JsonObject],
                "Operations that take the pull back, to be sent to `editRoadmapDraft` in this order, in parts.",
                MOST_UNDONE,
            ),
        },
        refuses=(
            *DRAFT_ERRORS,
            NothingToPullError,
            UpstreamChangedError,
            UnresolvedConflictsError,
            ForbiddenError,
        ),
        rule=imports_content(),
        description="Merges what the origin of a fork has published since the fork took it in into the fork's draft, "
        "all of it or nothing. What one side changed is taken; a field that both changed differently needs a choice.",
        weight=20,
    )
