"""Ratings in the schema: what users think of generated content, and how often answers in chats are helpful."""

from datetime import datetime

import strawberry

from graph.directives import reads_learning
from graph.fields import attribute, resolved_by
from graph.jobs.jobs import OPERATOR_READS
from graph.paging import Connection
from resolvers.generation import generations


@strawberry.type(description="What a user thinks of generated content.", directives=[*reads_learning()])
class ContentRating:
    """A rating."""

    target: strawberry.ID = attribute("The id of the content.")
    is_helpful: bool = attribute("Whether the caller thinks that it is helpful.")
    reason: str = attribute(
        "Why; the one who had it generated reads it without the name. That of an answer in a chat is read by the "
        "caller alone."
    )
    rated_at: datetime = attribute("When they said so.")


@strawberry.type(
    description="How many answers in chats that a model wrote from a version of the prompt are helpful to their "
    "learners. Chats that were deleted do not count.",
    directives=[*OPERATOR_READS],
)
class AnswerRatings:
    """Counts."""

    model: str = attribute("The model that wrote the answers.")
    prompt_version: int | None = attribute(
        "The version of the prompt of chats; null for answers whose calls were not kept any more when they were rated."
    )
    helpful: int = attribute("How many were rated as helpful.")
    unhelpful: int = attribute("How many were rated as not helpful.")


@strawberry.type
class RatingQueries:
    """The root field of ratings."""

    answer_ratings: Connection[AnswerRatings] | None = resolved_by(
        generations.answer_ratings,
        description="How helpful answers in chats are to their learners, by prompt and model, the newest prompt first. "
        "No user and no text is shown.",
        rule=OPERATOR_READS,
        args={"model": "Only answers of this model."},
    )
