"""Ratings of generated content and of answers in chats: which targets there are, and who may rate them."""

from domain import text
from domain.acts import Act
from domain.chats.chat_messages import AnswerState
from domain.entities import entity
from domain.errors import InvalidInputError, NotFoundError
from domain.generation.ratings import ContentRating
from domain.generation.work import GenerationWork
from domain.ids import (
    AiCallId,
    ChatMessageId,
    ExplanationId,
    GenerationId,
    QuestionId,
    RoadmapVersionId,
    is_id,
)
from domain.refusals import all_at_once

LONGEST_REASON = 1_000


@entity
class _Source:
    """What wrote a target: a generation, or the call of an answer in a chat."""

    generation_id: GenerationId | None = None
    message_id: ChatMessageId | None = None
    model: str | None = None
    prompt_version: int | None = None


async def rate(
    work: GenerationWork, act: Act, *, target: str, is_helpful: bool, reason: str
) -> ContentRating:
    """Store what the actor thinks of a generated question, explanation or roadmap's draft, or of an answer in a chat.

    It takes the place of their earlier rating. Raises, all at once, InvalidInputError and NotFoundError.
    """
    source: _Source | None = None
    with all_at_once() as each:
        with each:
            reason = text.prose(reason, field="reason", longest=LONGEST_REASON)
        with each:
            source = await _source_of(work, act, target)
            if source is None:
                raise NotFoundError("There is no such generated content.", field="target")
    assert source is not None  # noqa: S101 - else the block has raised
    rating = ContentRating(
        user_id=act.user_id,
        target=target,
        generation_id=source.generation_id,
        message_id=source.message_id,
        model=source.model,
        prompt_version=source.prompt_version,
        is_helpful=is_helpful,
        reason=reason,
        rated_at=act.now,
    )
    await work.ratings.rate(rating)
    return rating


async def _source_of(work: GenerationWork, act: Act, target: str) -> _Source | None:
    """Return what wrote a target that the actor sees; raises InvalidInputError for an id of another kind."""
    if is_id(target, "chatmessage"):
        return await _answer(work, act, ChatMessageId(target))
    generation_id = await _generation_of(work, act, target)
    return None if generation_id is None else _Source(generation_id=generation_id)


async def _answer(work: GenerationWork, act: Act, message_id: ChatMessageId) -> _Source | None:
    """Return what wrote a complete answer in a chat of the actor's; its call may not be kept any more."""
    (message,) = await work.chat_messages.by_ids([message_id], user_id=act.user_id)
    if message is None or message.state is not AnswerState.DONE or message.model is None:
        return None
    (call,) = [None] if message.call_id is None else await work.ai_calls.by_ids([AiCallId(message.call_id)])
    return _Source(
        message_id=message.id, model=message.model, prompt_version=call.prompt_version if call else None
    )


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
        "target must be the id of a question, an explanation, a version of a roadmap or a message of a chat.",
        field="target",
    )
