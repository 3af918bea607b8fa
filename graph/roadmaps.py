"""Roadmaps: finding and publishing them, and what their versions hold."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.errors import ForbiddenError, IdempotencyKeyReusedError
from domain.ids import RoadmapId, RoadmapVersionId
from domain.imports.roadmap_plans import MOST_EDGES, MOST_NODES
from domain.prerequisites import FlawKind
from domain.publishing import NothingToPublishError, UnsoundRoadmapError
from domain.roadmaps import VersionState, Visibility
from graph.caching import cached, kept
from graph.declarations import Finder
from graph.described import declare_enum
from graph.directives import imports_content, public
from graph.errors import UserError, declare_error
from graph.fields import arg, attribute, given, loaded_by, resolved_by
from graph.imports import ImportReport
from graph.mutations import mutated_by
from graph.nodes import Node
from graph.paging import Connection
from graph.roadmap_nodes import PrerequisiteEdge, RoadmapNode
from graph.users import User
from resolvers import loaders, roadmap_loaders, roadmaps

declare_enum(
    Visibility,
    "Who finds a published roadmap.",
    PUBLIC="Everyone, also in lists.",
    UNLISTED="Everyone who has its id or slug.",
    PRIVATE="Its author, and those who enrolled before.",
)
declare_enum(
    VersionState,
    "Where a version of a roadmap stands.",
    DRAFT="Only its author sees it, and it may still change.",
    PUBLISHED="The current version; it never changes again.",
    ARCHIVED="Replaced or withdrawn; those who enrolled in it go on with it.",
)
declare_enum(
    FlawKind,
    "What keeps a roadmap from being published.",
    CYCLE="Nodes need each other.",
    DANGLING="A node needs one that the roadmap does not have.",
    UNREACHABLE="A required node can never become available.",
    NOTHING_REQUIRED="Every node is optional, so that the roadmap could never be completed.",
)


@strawberry.type(description="One flaw of a draft.", directives=[public()])
class RoadmapFlaw:
    """Why a draft cannot be published."""

    kind: FlawKind = attribute("What kind of flaw it is.")
    key: str = attribute("The key of the node at fault; empty where it is the whole roadmap.")
    message: str = attribute("The flaw as a sentence that names every node involved.")


@strawberry.type
class UnsoundRoadmapBase(UserError):  # noqa: N818 - a type of the schema
    """Adds the flaws to a refusal."""

    flaws: list[RoadmapFlaw] = attribute("Every flaw that was found.", at_most=100)


declare_error(UnsoundRoadmapError, "The draft has flaws; `flaws` names each.", base=UnsoundRoadmapBase)
declare_error(NothingToPublishError, "The roadmap has no draft.")


@strawberry.type(
    description="One version of a roadmap. A published version never changes.",
    directives=[public(), kept(300)],
)
class RoadmapVersion(Node):
    """A version with its graph."""

    id: RoadmapVersionId = attribute("The version's id, `roadmapversion_...`.")
    number: int = attribute("1 for the first version of the roadmap, and so on.")
    state: VersionState = attribute("Where the version stands.")
    published_at: datetime | None = attribute("When it was published, or null for a draft.")
    nodes: list[RoadmapNode] | None = loaded_by(
        roadmap_loaders.nodes_by_version,
        key="id",
        description="Its nodes, in the author's order.",
        at_most=MOST_NODES,
        usual=50,
    )
    edges: list[PrerequisiteEdge] | None = loaded_by(
        roadmap_loaders.edges_by_version,
        key="id",
        description="Its edges: from each prerequisite to the node that needs it.",
        at_most=MOST_EDGES,
        usual=100,
    )


@strawberry.type(
    description="A path of nodes with prerequisites, in versions. Learners enrol in the current version.",
    directives=[public(), kept(300)],
)
class Roadmap(Node):
    """A roadmap."""

    id: RoadmapId = attribute("The roadmap's id, `roadmap_...`.")
    slug: str = attribute("The unique short name in addresses.")
    title: str = attribute("The title to show.")
    description: str = attribute("What the roadmap leads to.")
    visibility: Visibility = attribute("Who finds it.")
    created_at: datetime = attribute("When it was first imported.")
    author: User | None = loaded_by(
        loaders.users_by_id, key="author_id", is_certain=True, description="Who wrote or imported it."
    )
    current_version: RoadmapVersion | None = loaded_by(
        roadmap_loaders.roadmap_versions_by_id,
        key="current_version_id",
        is_certain=True,
        description="The published version; null while there is none.",
    )
    versions: Connection[RoadmapVersion] | None = loaded_by(
        roadmap_loaders.versions_by_roadmap,
        key="id",
        description="Its versions, highest number first; drafts for their author alone.",
    )
    forked_from: Annotated["Roadmap", strawberry.lazy("graph.roadmaps")] | None = loaded_by(
        roadmap_loaders.roadmaps_by_id,
        key="forked_from_id",
        description="The roadmap that it was forked from, or null.",
    )
    enrolment: Annotated["Enrolment", strawberry.lazy("graph.enrolments")] | None = loaded_by(  # type: ignore[name-defined]  # noqa: F821 - it refers back to this room
        roadmap_loaders.enrolments_by_roadmap,
        key="id",
        description="The caller's own enrolment in it, or null.",
    )


@strawberry.input(description="Finds one roadmap, by exactly one of its fields.", one_of=True)
class RoadmapBy:
    """A one-of lookup."""

    id: RoadmapId | None = given("The roadmap's id.")
    slug: str | None = given("The roadmap's slug.")


@strawberry.input(description="The file to import.")
class ImportRoadmapInput:
    """A file with its key."""

    file: str = given(
        "The text of the file: our JSON format `questpath-roadmap/1`, or the config.json of an Exercism track.",
        required=True,
    )
    idempotency_key: str = given("A key of the client's making; the same key imports once.", required=True)
    dry_run: bool = given("True to only report what an import would find.", default=False)


@strawberry.input(description="The roadmap to publish.")
class PublishRoadmapInput:
    """A roadmap with a draft."""

    roadmap_id: RoadmapId = given("The roadmap whose draft becomes the current version.", required=True)


@strawberry.input(description="The roadmap to withdraw.")
class ArchiveRoadmapInput:
    """A roadmap."""

    roadmap_id: RoadmapId = given("The roadmap to withdraw.", required=True)


@strawberry.type
class RoadmapQueries:
    """Root fields about roadmaps."""

    roadmap: Roadmap | None = resolved_by(
        roadmaps.roadmap_by,
        description="One roadmap that the caller may see, or null.",
        rule=public(),
        finds=Finder(batch=roadmap_loaders.roadmaps_by_id, argument="by.id"),
        args={"by": arg(RoadmapBy, "By what to find the roadmap.")},
    )
    roadmaps: Connection[Roadmap] | None = cached(
        resolved_by(
            roadmaps.roadmaps_page, description="The published public roadmaps, newest first.", rule=public()
        ),
        60,
    )


@strawberry.type
class RoadmapMutations:
    """Mutations about roadmaps."""

    import_roadmap = mutated_by(
        roadmaps.import_roadmap,
        input=ImportRoadmapInput,
        gives={
            "roadmap": (Roadmap, "The roadmap that the file belongs to."),
            "version": (RoadmapVersion, "The version that holds the content."),
            "report": (ImportReport, "What the file holds and what became of it."),
        },
        refuses=(IdempotencyKeyReusedError,),
        rule=imports_content(),
        description="Imports a file as the draft of the caller's roadmap with its slug: all of it, or nothing. "
        "The same content again changes nothing.",
        weight=100,
    )
    publish_roadmap = mutated_by(
        roadmaps.publish_roadmap,
        input=PublishRoadmapInput,
        gives={
            "roadmap": (Roadmap, "The roadmap, with its new current version."),
            "version": (RoadmapVersion, "The version that was published."),
        },
        refuses=(UnsoundRoadmapError, NothingToPublishError, ForbiddenError),
        rule=imports_content(),
        description="Publishes the draft of a roadmap of the caller's own, or of anyone's for an admin. The enrolled "
        "stay with the version that they are pinned to.",
        weight=20,
    )
    archive_roadmap = mutated_by(
        roadmaps.archive_roadmap,
        input=ArchiveRoadmapInput,
        gives={"roadmap": (Roadmap, "The withdrawn roadmap.")},
        refuses=(ForbiddenError,),
        rule=imports_content(),
        description="Withdraws a roadmap: nobody else finds it or enrols any more, and the enrolled go on.",
    )
