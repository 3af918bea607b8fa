"""Errors of drafts: what edits and pulls may refuse."""

import strawberry

from domain.authoring.drafts import DraftConflictError, NotADraftError
from graph.content.roadmaps import RoadmapVersion
from graph.errors import UserError, declare_error
from graph.fields import loaded_by
from resolvers.content import loaders

DRAFT_ERRORS = (NotADraftError, DraftConflictError)


@strawberry.type
class DraftConflictBase(UserError):  # noqa: N818 - a type of the schema
    """Adds the present draft to a refusal."""

    version: RoadmapVersion | None = loaded_by(
        loaders.roadmap_versions_by_id, key="current_id", description="The draft as it is now."
    )


declare_error(
    DraftConflictError,
    "The draft was edited since the client read it; `version` is the draft as it is now.",
    base=DraftConflictBase,
)
declare_error(NotADraftError, "The version is published, and never changes.")
