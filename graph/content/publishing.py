"""Mutations that publish, show, hide, archive and restore roadmaps."""

import strawberry

from domain.content.prerequisites import MOST_FLAWS
from domain.content.releases.publishing import (
    NothingToPublishError,
    NothingToRestoreError,
    UnsoundRoadmapError,
)
from domain.content.roadmaps import Visibility
from domain.errors import ForbiddenError
from domain.ids import RoadmapId
from graph.content.roadmap_flaws import RoadmapFlaw
from graph.content.roadmaps import Roadmap, RoadmapVersion
from graph.directives import imports_content
from graph.errors import UserError, declare_error
from graph.fields import attribute, given
from graph.mutations import mutated_by
from resolvers.content import roadmaps


@strawberry.type
class UnsoundRoadmapBase(UserError):  # noqa: N818 - a type of the schema
    """Adds the flaws to a refusal."""

    flaws: list[RoadmapFlaw] = attribute("The flaws that were found.", at_most=MOST_FLAWS)


declare_error(UnsoundRoadmapError, "The draft has flaws; `flaws` lists them.", base=UnsoundRoadmapBase)
declare_error(
    NothingToPublishError, "The roadmap has no draft, or one that does not differ from the current version."
)
declare_error(NothingToRestoreError, "The roadmap was never published.")


@strawberry.input(description="The roadmap to publish.")
class PublishRoadmapInput:
    """A roadmap with a draft."""

    roadmap_id: RoadmapId = given("The roadmap whose draft becomes the current version.", required=True)


@strawberry.input(description="A roadmap and who can find it.")
class ChangeRoadmapVisibilityInput:
    """A roadmap with a visibility."""

    roadmap_id: RoadmapId = given("A roadmap of the caller's own.", required=True)
    visibility: Visibility = given("Who can find it from now on.", required=True)


@strawberry.input(description="The roadmap to archive.")
class ArchiveRoadmapInput:
    """A roadmap."""

    roadmap_id: RoadmapId = given("The roadmap to archive.", required=True)


@strawberry.input(description="The roadmap to restore.")
class RestoreRoadmapInput:
    """An archived roadmap."""

    roadmap_id: RoadmapId = given("The roadmap to restore.", required=True)


@strawberry.type
class PublishingMutations:
    """Mutations that publish, archive and restore."""

    publish_roadmap = mutated_by(
        roadmaps.publish_roadmap,
        input=PublishRoadmapInput,
        gives={
            "roadmap": (Roadmap, "The roadmap, with its new current version."),
            "version": (RoadmapVersion, "The version that was published."),
        },
        refuses=(UnsoundRoadmapError, NothingToPublishError, ForbiddenError),
        rule=imports_content(),
        description="Publishes the draft of a roadmap of the caller's own; an admin may publish any, but not with "
        "an API key. Enrolled learners keep their version.",
        weight=20,
    )
    change_roadmap_visibility = mutated_by(
        roadmaps.change_roadmap_visibility,
        input=ChangeRoadmapVisibilityInput,
        gives={"roadmap": (Roadmap, "The roadmap as it is now.")},
        refuses=(ForbiddenError,),
        rule=imports_content(),
        description="Changes who can find a roadmap of the caller's own, at once and without a new version; its draft "
        "will keep that. Learners who are enrolled go on as before, and read all its published versions.",
    )
    archive_roadmap = mutated_by(
        roadmaps.archive_roadmap,
        input=ArchiveRoadmapInput,
        gives={"roadmap": (Roadmap, "The archived roadmap.")},
        refuses=(ForbiddenError,),
        rule=imports_content(),
        description="Archives a roadmap: others no longer find it, and it accepts no enrolments. Enrolled learners "
        "keep their version.",
    )
    restore_roadmap = mutated_by(
        roadmaps.restore_roadmap,
        input=RestoreRoadmapInput,
        gives={"roadmap": (Roadmap, "The restored roadmap.")},
        refuses=(NothingToRestoreError, UnsoundRoadmapError, ForbiddenError),
        rule=imports_content(),
        description="Undoes archiveRoadmap: the version that was archived last is the current one again. A roadmap "
        "that has a current version does not change.",
    )
