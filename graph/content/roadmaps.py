"""Types and root fields of roadmaps and their versions."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.accounts.scopes import Scope
from domain.content.prerequisites import MOST_FLAWS
from domain.content.roadmap_nodes import MOST_EDGES, MOST_NODES
from domain.content.roadmaps import VersionState, Visibility
from domain.ids import RoadmapId, RoadmapVersionId
from graph.accounts.users import User
from graph.bookmarkable import Bookmarkable
from graph.cache_control import cached, kept
from graph.content.roadmap_flaws import RoadmapFlaw
from graph.content.roadmap_nodes import PrerequisiteEdge, RoadmapNode
from graph.declarations import Finder
from graph.directives import public, requires_scopes
from graph.enums import declare_enum
from graph.fields import arg, attribute, given, loaded_by, resolved_by
from graph.node import Node
from graph.paging import Connection
from resolvers.accounts import loaders as account_loaders
from resolvers.authoring import loaders as authoring_loaders
from resolvers.content import loaders, roadmaps
from resolvers.learning import loaders as learning_loaders

_OWN = (public(), requires_scopes(Scope.READ_LEARNING))
_Evidence = Annotated["Evidence", strawberry.lazy("graph.learning.evidence")]  # type: ignore[name-defined]  # noqa: F821 - it refers back to this module
_Collaborator = Annotated["Collaborator", strawberry.lazy("graph.authoring.collaborations")]  # type: ignore[name-defined]  # noqa: F821 - it refers back to this module
declare_enum(
    Visibility,
    "Who can find a published roadmap.",
    PUBLIC="All callers; it is listed.",
    UNLISTED="All callers who have its id or slug.",
    PRIVATE="Its author and collaborators, learners who opened its share link, and those who are already enrolled.",
)
declare_enum(
    VersionState,
    "The state of a version of a roadmap.",
    DRAFT="Visible to its author and collaborators only; it may still change.",
    PUBLISHED="The current version; it never changes.",
    ARCHIVED="Replaced or archived; enrolled learners keep it.",
)


@strawberry.type(
    description="One version of a roadmap. A published version never changes.",
    directives=[public(), kept(300)],
)
class RoadmapVersion(Node):
    """A version with its graph."""

    id: RoadmapVersionId = attribute("The version's id, `roadmapversion_...`.")
    number: int = attribute("The number of the version within the roadmap, from 1.")
    state: VersionState = attribute("The state of the version.")
    title: str = attribute("The title that the roadmap has, or gets with this version.")
    description: str = attribute("What the roadmap leads to.")
    visibility: Visibility = attribute("Who can find the roadmap once this version is published.")
    revision: int = attribute(
        "How often a draft was edited, plus 1; `editRoadmapDraft` takes the latest one."
    )
    published_at: datetime | None = attribute("When it was published, or null for a draft.")
    nodes: list[RoadmapNode] | None = loaded_by(
        loaders.nodes_by_version,
        key="id",
        description="Its nodes, in the author's order.",
        at_most=MOST_NODES,
        usual=50,
    )
    nodes_connection: Connection[RoadmapNode] | None = loaded_by(
        loaders.node_pages_by_version,
        key="id",
        description="A page of its nodes, in the author's order; for roadmaps that are too large for one answer.",
    )
    edges: list[PrerequisiteEdge] | None = loaded_by(
        loaders.edges_by_version,
        key="id",
        description="Its edges, from each prerequisite to the node that needs it.",
        at_most=MOST_EDGES,
        usual=100,
    )
    validation: list[RoadmapFlaw] | None = loaded_by(
        loaders.flaws_by_version,
        key="id",
        description="What keeps it from being published now: every cycle, dangling prerequisite, required node out of "
        "reach, and quiz that cannot be taken. A draft may have flaws.",
        at_most=MOST_FLAWS,
        usual=5,
    )
    diff: Annotated["VersionDiff", strawberry.lazy("graph.content.version_diffs")] | None = loaded_by(  # type: ignore[name-defined]  # noqa: F821 - it refers back to this module
        loaders.diffs_by_version,
        key="id",
        description="What differs from another version of the same roadmap; null where the caller sees none.",
        args={"against": "The version to compare with, such as the one before."},
    )


@strawberry.type(
    description="A path of nodes with prerequisites, in versions. Learners enrol in the current version.",
    directives=[public(), kept(300)],
)
class Roadmap(Bookmarkable):
    """A roadmap."""

    id: RoadmapId = attribute("The roadmap's id, `roadmap_...`.")
    slug: str = attribute("The unique short name in addresses.")
    title: str = attribute("The title.")
    description: str = attribute("What the roadmap leads to.")
    visibility: Visibility = attribute("Who can find it.")
    created_at: datetime = attribute("When it was created.")
    author: User | None = loaded_by(
        account_loaders.users_by_id,
        key="author_id",
        is_certain=True,
        description="The author who wrote it.",
    )
    forked_from: Annotated["Roadmap", strawberry.lazy("graph.content.roadmaps")] | None = loaded_by(
        loaders.roadmaps_by_id,
        key="forked_from_id",
        description="The roadmap that this one was forked from; null for one that is no fork, and where the caller may "
        "not see it.",
    )
    upstream_diff: Annotated["UpstreamDiff", strawberry.lazy("graph.authoring.forks")] | None = loaded_by(  # type: ignore[name-defined]  # noqa: F821 - it refers back to this module
        authoring_loaders.upstream_diffs_by_roadmap,
        key="id",
        description="What the origin of a fork has published since the fork took it in; null where that is nothing, "
        "and for callers who may not edit the fork.",
    )
    evidence_to_review: Connection[_Evidence] | None = loaded_by(
        learning_loaders.waiting_evidence_by_roadmap,
        key="id",
        description="Evidence that waits for a review, oldest first; none for callers who do not work on the roadmap.",
        rule=_OWN,
    )
    collaborators: Connection[_Collaborator] | None = loaded_by(
        authoring_loaders.collaborators_by_roadmap,
        key="id",
        description="Who works on it beside its author, and who is invited by handle, in the order of the invitations; "
        "none for callers who do not work on it.",
        rule=_OWN,
    )
    current_version: RoadmapVersion | None = loaded_by(
        loaders.roadmap_versions_by_id,
        key="current_version_id",
        is_certain=True,
        description="The published version, or null.",
    )
    versions: Connection[RoadmapVersion] | None = loaded_by(
        loaders.versions_by_roadmap,
        key="id",
        description="Its versions, highest number first; drafts are visible to who works on it only.",
    )
    enrolment: Annotated["Enrolment", strawberry.lazy("graph.learning.enrolments")] | None = loaded_by(  # type: ignore[name-defined]  # noqa: F821 - it refers back to this module
        learning_loaders.enrolments_by_roadmap,
        key="id",
        description="The caller's enrolment in it, or null.",
    )


@strawberry.input(description="Finds one roadmap, by exactly one of its fields.", one_of=True)
class RoadmapBy:
    """A one-of lookup."""

    id: RoadmapId | None = given("The roadmap's id.")
    slug: str | None = given("The roadmap's slug.")


@strawberry.type
class RoadmapQueries:
    """Root fields about roadmaps."""

    roadmap: Roadmap | None = resolved_by(
        roadmaps.roadmap_by,
        description="One roadmap that the caller may see, or null.",
        rule=public(),
        found_by=Finder(batch=loaders.roadmaps_by_id, argument="by.id"),
        args={"by": arg(RoadmapBy, "The id or the slug of the roadmap.")},
    )
    roadmaps: Connection[Roadmap] | None = cached(
        resolved_by(
            roadmaps.roadmaps_page, description="The published public roadmaps, newest first.", rule=public()
        ),
        60,
    )
