"""Starting generations: checks what is asked for, then queues the job that asks the language model."""

from collections.abc import Sequence

from domain import text
from domain.acts import Act
from domain.ai.quotas import AiQuota
from domain.assessment.attempts import AttemptState
from domain.content import exam_types
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.content.quizzes import MOST_QUESTIONS as MOST_SLOTS
from domain.entities import entity
from domain.errors import DomainError, InvalidInputError, NotFoundError
from domain.generation import generation_jobs
from domain.generation.generation_jobs import NewRequest
from domain.generation.generations import Generation, GenerationKind, LearnerLevel
from domain.generation.work import GenerationWork
from domain.idempotency import checked_key
from domain.ids import AttemptId, GenerationId, RoadmapNodeId
from domain.refusals import all_at_once

LONGEST_TOPIC, LONGEST_GOAL, LONGEST_SOURCE = 200, 1_000, 20_000
SHORTEST_SOURCE = 40
MOST_HOURS = 80
MOST_QUESTIONS = 30
"""How many questions a generated quiz has at most."""


class NotRevealedError(DomainError):
    """What was right in this slot is not shown to the learner, so it cannot be explained."""

    code = "NOT_REVEALED"


@entity
class QuizSource:
    """What a quiz is made from; exactly one is set."""

    exam_type: str | None = None
    roadmap_node: RoadmapNodeId | None = None
    text: str | None = None


async def generate_roadmap(
    work: GenerationWork,
    act: Act,
    *,
    topic: str,
    level: LearnerLevel,
    hours: int,
    goal: str,
    key: str,
    quota: AiQuota | None = None,
) -> Generation:
    """Start writing a roadmap as a draft of the actor's.

    Raises, all at once, InvalidInputErrors; IdempotencyKeyReusedError or AiQuotaReachedError.
    """
    with all_at_once() as each:
        with each:
            topic = text.line(topic, field="topic", longest=LONGEST_TOPIC)
        with each:
            goal = text.prose(goal, field="goal", longest=LONGEST_GOAL)
        with each:
            if not 1 <= hours <= MOST_HOURS:
                raise InvalidInputError(f"hoursPerWeek must be 1 to {MOST_HOURS}.", field="hoursPerWeek")
        with each:
            key = checked_key(key)
    asked = {"topic": topic, "level": level.value, "hours": hours, "goal": goal}
    kind, id_ = GenerationKind.ROADMAP, GenerationId(act.mint("generation"))
    earlier = await generation_jobs.started_before(
        work, act, operation="generateRoadmap", key=key, given=asked, generation_id=id_
    )
    if earlier is not None:
        return earlier
    request = NewRequest(id=id_, kind=kind, subject=topic, asked=asked)
    return await generation_jobs.start(work, act, request, quota=quota)


async def generate_quiz(
    work: GenerationWork,
    act: Act,
    *,
    source: QuizSource,
    exam_type: str,
    count: int,
    difficulty: Difficulty,
    kinds: Sequence[QuestionKind],
    key: str,
    quota: AiQuota | None = None,
) -> Generation:
    """Start writing a quiz as a draft of the actor's; `exam_type` is that of a quiz from a node or a text.

    Raises, all at once, InvalidInputErrors and NotFoundError; IdempotencyKeyReusedError or AiQuotaReachedError. A
    key that was used returns what it started, even where the source or the exam type is gone since.
    """
    id_ = GenerationId(act.mint("generation"))
    subject, said = "", source.text
    with all_at_once() as each:
        with each:
            key = checked_key(key)
        with each:
            if not 1 <= count <= MOST_QUESTIONS:
                raise InvalidInputError(f"count must be 1 to {MOST_QUESTIONS}.", field="count")
        with each:
            if not kinds or len(set(kinds)) < len(kinds):
                raise InvalidInputError("kinds must name one or more kinds, each once.", field="kinds")
        with each:
            if said is not None:
                said = text.prose(said, field="source", longest=LONGEST_SOURCE, shortest=SHORTEST_SOURCE)
                subject = said.split("\n", 1)[0][:LONGEST_TOPIC].strip()
        asked = {
            "examType": source.exam_type or exam_type,
            "source": "TEXT" if said is not None else "NODE" if source.roadmap_node else "EXAM_TYPE",
            "roadmapNode": source.roadmap_node,
            "text": said,
            "count": count,
            "difficulty": difficulty.value,
            "kinds": [kind.value for kind in kinds],
        }
        if not each.refusals:
            earlier = await generation_jobs.started_before(
                work, act, operation="generateQuiz", key=key, given=asked, generation_id=id_
            )
            if earlier is not None:
                return earlier
        with each:
            code = source.exam_type or exam_type
            (found,) = await work.exam_types.by_codes([code])
            if found is None:
                field = "examType" if source.exam_type is None else "source"
                await exam_types.refuse_unknown(work.exam_types, field=field)
            if source.exam_type is not None and found is not None:
                subject = found.name
        with each:
            if source.roadmap_node is not None:
                (node,) = await work.nodes.by_ids([source.roadmap_node], viewer_id=act.user_id)
                if node is None:
                    raise NotFoundError("There is no such node.", field="source")
                subject = node.title
    request = NewRequest(id=id_, kind=GenerationKind.QUIZ, subject=subject, asked=asked)
    return await generation_jobs.start(work, act, request, quota=quota)


async def explain_answer(
    work: GenerationWork,
    act: Act,
    *,
    attempt_id: AttemptId,
    slot: int,
    key: str,
    quota: AiQuota | None = None,
) -> Generation:
    """Start explaining the answer in a slot of a closed attempt; one that is explained already is returned.

    An explanation from before a regrade of the question in this attempt does not count. Raises InvalidInputErrors,
    NotFoundError, NotRevealedError, IdempotencyKeyReusedError or AiQuotaReachedError.
    """
    with all_at_once() as each:
        with each:
            key = checked_key(key)
        with each:
            if not 1 <= slot <= MOST_SLOTS:
                raise InvalidInputError(f"slot must be 1 to {MOST_SLOTS}.", field="slot")
    asked = {"attempt": attempt_id, "slot": slot}
    known = await work.generations.explanation_of(attempt_id, slot, user_id=act.user_id)
    id_ = known or GenerationId(act.mint("generation"))
    earlier = await generation_jobs.started_before(
        work, act, operation="explainAnswer", key=key, given=asked, generation_id=id_
    )
    if earlier is not None:
        return earlier
    await _check_revealed(work, act, attempt_id, slot)
    if known is not None:
        return await generation_jobs.own(work, act, known, field="slot")
    request = NewRequest(id=id_, kind=GenerationKind.EXPLANATION, subject=f"Question {slot}", asked=asked)
    return await generation_jobs.start(work, act, request, quota=quota)


async def _check_revealed(work: GenerationWork, act: Act, attempt_id: AttemptId, slot: int) -> None:
    """Raise NotFoundError, InvalidInputError or NotRevealedError where a slot's answer is not shown to the actor."""
    (attempt,) = await work.attempts.by_ids([attempt_id], user_id=act.user_id)
    if attempt is None:
        raise NotFoundError("There is no such attempt.", field="attemptId")
    closed = attempt.state in {AttemptState.GRADED, AttemptState.EXPIRED}
    (slots,) = await work.attempts.slots([attempt_id], user_id=act.user_id)
    if slot > len(slots):
        raise InvalidInputError("slot must be the number of a question of the attempt.", field="slot")
    (shown,) = await work.attempts.revealed([(attempt_id, slot)], user_id=act.user_id)
    if not closed or shown is None:
        raise NotRevealedError(
            "An answer is explained once its attempt is closed and shows what was right; end the attempt first, and "
            "any other that asks the question.",
            field="attemptId" if not closed else "slot",
        )
