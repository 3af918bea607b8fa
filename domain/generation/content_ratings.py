"""Ratings of generated content: which targets there are, and who may rate them."""

from domain import text
from domain.acts import Act
from domain.errors import InvalidInputError, NotFoundError
from domain.generation.ratings import ContentRating
from domain.generation.work import GenerationWork
from domain.ids import ExplanationId, GenerationId, QuestionId, RoadmapVersionId, is_id
from domain.refusals import all_at_once

LONGEST_REASON = 1_000


async def rate(
    work: GenerationWork, act: Act, *, target: str, is_helpful: bool, reason: str
) -> ContentRating:
    """Store what the actor thinks of a generated question, explanation or draft of a roadmap that they see.

    It takes the place of their earlier rating. Raises, all at once, InvalidInputError and NotFoundError.
    """
    generation_id: GenerationId | None = None
    with all_at_once() as each:
        with each:
            reason = text.prose(reason, field="reason", longest=LONGEST_REASON)
        with each:
            generation_id = await _generation_of(work, act, target)
            if generation_id is None:
                raise NotFoundError("There is no such generated content.", field="target")
    assert generation_id is not None  # noqa: S101 - else the block has raised
    rating = ContentRating(
        user_id=act.user_id,
        target=target,
        generation_id=generation_id,
        is_helpful=is_helpful,
        reason=reason,
        rated_at=act.now,
    )
    await work.ratings.rate(rating)
    return rating


async def _generation_of(work: GenerationWork, act: Act, target: str) -> GenerationId | None:
    """Return the generation of a target that the actor sees; raises InvalidInputError for an id of another kind."""
    if is_id(target, "question"):
        asked = await work.attempts.asked([QuestionId(target)], user_id=act.user_id)
        (provenance,) = await work.provenances.by_questions(
            [QuestionId(target)], viewer_id=act.user_id, sees_all=False
        )
        return None if asked == [None] or provenance is None else provenance.generation_id
    if is_id(target, "explanation"):
        (found,) = await work.generations.explanations([ExplanationId(target)], user_id=act.user_id)
        return None if found is None else found.generation_id
    if is_id(target, "roadmapversion"):
        version_id = RoadmapVersionId(target)
        if await work.roadmaps.versions_by_ids([version_id], viewer_id=act.user_id) == [None]:
            return None
        return await work.generations.of_version(version_id)
    raise InvalidInputError(
        "target must be the id of a question, of an explanation or of a version of a roadmap.", field="target"
    )
