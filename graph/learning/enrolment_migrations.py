"""Types and mutations of migrations to the current version of a roadmap, and of leaving it."""

import strawberry

from domain.ids import EnrolmentId, RoadmapVersionId
from domain.learning.enrolment_migrations import NotTheCurrentVersionError
from graph.changed_viewer import changed_viewer
from graph.content.roadmaps import Roadmap
from graph.directives import writes_learning
from graph.errors import declare_error
from graph.fields import given
from graph.learning.enrolments import Enrolment
from graph.mutations import mutated_by
from resolvers.learning import enrolments

declare_error(NotTheCurrentVersionError, "The version is not the current one of the roadmap.")


@strawberry.input(description="An enrolment and the version to migrate it to.")
class MigrateEnrolmentInput:
    """An enrolment with a version."""

    enrolment_id: EnrolmentId = given("The caller's enrolment.", required=True)
    version_id: RoadmapVersionId = given(
        "The current version of the roadmap, as `migrationPreview` has it.", required=True
    )


@strawberry.input(description="An enrolment to leave.")
class UnenrolInput:
    """An enrolment."""

    enrolment_id: EnrolmentId = given("The caller's enrolment.", required=True)


@strawberry.type
class MigrationMutations:
    """Mutations that move enrolments."""

    migrate_enrolment = mutated_by(
        enrolments.migrate_enrolment,
        input=MigrateEnrolmentInput,
        gives={"enrolment": (Enrolment, "The enrolment, pinned to the version.")},
        also=changed_viewer(),
        refuses=(NotTheCurrentVersionError,),
        rule=writes_learning(),
        description="Pins an enrolment of the caller's to the current version of its roadmap. What is done stays done, "
        "also for nodes that the version lacks and a later one has again; no node is awarded twice.",
    )
    unenrol = mutated_by(
        enrolments.unenrol,
        input=UnenrolInput,
        gives={"roadmap": (Roadmap, "The roadmap, in which the caller has no enrolment now.")},
        also=changed_viewer(),
        rule=writes_learning(),
        description="Leaves a roadmap. `enrol` brings the caller back, with the same version and all progress.",
    )
