"""Mutations that create roadmaps, and begin and edit their drafts."""

import strawberry

from domain.authoring.draft_edits import MOST_OPERATIONS
from domain.authoring.node_checks import LONGEST_DESCRIPTION, LONGEST_TITLE
from domain.content.quizzes import SlugTakenError
from domain.content.roadmaps import Visibility
from domain.errors import ForbiddenError, IdempotencyKeyReusedError
from domain.ids import RoadmapId, RoadmapVersionId
from graph.authoring.draft_errors import DRAFT_ERRORS
from graph.authoring.draft_operations import DraftOperation
from graph.content.roadmaps import Roadmap, RoadmapVersion
from graph.directives import imports_content
from graph.fields import given
from graph.mutations import mutated_by
from graph.scalars import JsonObject
from resolvers.authoring import drafts


@strawberry.input(description="A roadmap to create.")
class CreateRoadmapInput:
    """A roadmap without nodes."""

    slug: str = given(
        "Its unique short name in addresses: 1 to 80 of a-z, 0-9 and inner hyphens.", required=True
    )
    title: str = given(
        f"The title: one line of 1 to {LONGEST_TITLE} characters, stored as it is sent.", required=True
    )
    description: str = given(
        f"What it leads to, at most {LONGEST_DESCRIPTION} characters, stored as it is sent.", default=""
    )
    visibility: Visibility = given("Who can find it, from its publication on.", default=Visibility.PUBLIC)
    idempotency_key: str = given(
        "A key that the client makes; the same key creates one roadmap.", required=True
    )


@strawberry.input(description="The roadmap of which to begin a draft.")
class StartRoadmapDraftInput:
    """A roadmap."""

    roadmap_id: RoadmapId = given("A roadmap of the caller's own.", required=True)


@strawberry.input(description="An edit of a draft.")
class EditRoadmapDraftInput:
    """A draft with operations."""

    version_id: RoadmapVersionId = given("The draft.", required=True)
    revision: int = given("The revision of the draft that the edit is made for.", required=True)
    operations: list[DraftOperation] = given(
        f"The operations, 1 to {MOST_OPERATIONS}; each applies to what the one before left.", required=True
    )


@strawberry.type
class AuthoringMutations:
    """Mutations about drafts."""

    create_roadmap = mutated_by(
        drafts.create_roadmap,
        input=CreateRoadmapInput,
        gives={
            "roadmap": (Roadmap, "The roadmap; it is not published yet."),
            "version": (RoadmapVersion, "Its draft, without nodes."),
        },
        refuses=(SlugTakenError, IdempotencyKeyReusedError),
        rule=imports_content(),
        description="Creates a roadmap of the caller's own, with an empty draft for `editRoadmapDraft`.",
    )
    start_roadmap_draft = mutated_by(
        drafts.start_roadmap_draft,
        input=StartRoadmapDraftInput,
        gives={
            "roadmap": (Roadmap, "The roadmap."),
            "version": (RoadmapVersion, "Its draft."),
        },
        refuses=(ForbiddenError,),
        rule=imports_content(),
        description="Begins the next draft of a roadmap of the caller's own, as a copy of its current version. A "
        "roadmap that has a draft keeps it.",
        weight=20,
    )
    edit_roadmap_draft = mutated_by(
        drafts.edit_roadmap_draft,
        input=EditRoadmapDraftInput,
        gives={
            "version": (RoadmapVersion, "The draft after the edit; `validation` says what it lacks."),
            "undo": (
                list[JsonObject],
                "Operations that take the edit back, to be sent as `operations` of the next one.",
                MOST_OPERATIONS,
            ),
        },
        refuses=(*DRAFT_ERRORS, ForbiddenError),
        rule=imports_content(),
        description="Applies operations to a draft of the caller's own, all of them or none. A draft may have flaws; "
        "publishing it may not. Where nothing is different afterwards, the revision stays and `undo` is empty. "
        "`DraftConflict` has the draft as it is now, where it was edited in between.",
        weight=20,
    )
