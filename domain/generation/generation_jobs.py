"""Jobs of generation: the kinds, and what starts one together with the row that remembers it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from domain.acts import Act
from domain.ai import quota_checks
from domain.ai.quotas import AiQuota
from domain.entities import entity
from domain.errors import NotFoundError
from domain.generation.generations import Generation, GenerationKind, NewGeneration
from domain.generation.work import GenerationWork
from domain.idempotency import first_use
from domain.ids import GenerationId, QuizDraftId, RoadmapVersionId, UserId
from domain.jobs import job_starts
from domain.jobs.job_kinds import JobKind, RetryPolicy
from domain.jobs.job_starts import JobRequest

QUEUE = "generation"
_AT_ONCE = 8
"""How many jobs of one kind ask language models at the same time, over all workers."""


@entity
class GenerationArguments:
    """Which generation, and of which user."""

    generation_id: GenerationId
    user_id: UserId


def _kind(name: str, description: str, result: Mapping[str, type]) -> JobKind:
    return JobKind(
        name=name,
        description=description,
        queue=QUEUE,
        arguments=GenerationArguments,
        at_once=_AT_ONCE,
        retries=RetryPolicy(attempts=3, timeout=timedelta(minutes=10)),
        user="user_id",
        result={"outcome": str, **result},
    )


KINDS: Mapping[GenerationKind, JobKind] = {
    GenerationKind.ROADMAP: _kind(
        "generate_roadmap", "Has a language model write the draft of a roadmap.", {"version": str}
    ),
    GenerationKind.QUIZ: _kind(
        "generate_quiz", "Has a language model write the draft of a quiz, with its questions.", {"draft": str}
    ),
    GenerationKind.EXPLANATION: _kind(
        "explain_answer", "Has a language model explain an answer of a closed attempt.", {"explanation": str}
    ),
    GenerationKind.ROADMAP_NODE: _kind(
        "regenerate_node", "Has a language model write a node of a draft once more.", {"version": str}
    ),
    GenerationKind.QUIZ_QUESTION: _kind(
        "regenerate_question", "Has a language model write a question of a draft once more.", {"draft": str}
    ),
}


@entity
class NewRequest:
    """What a user asks a language model for."""

    id: GenerationId
    kind: GenerationKind
    subject: str
    asked: Mapping[str, Any]
    version_id: RoadmapVersionId | None = None
    draft_id: QuizDraftId | None = None


async def started_before(
    work: GenerationWork,
    act: Act,
    *,
    operation: str,
    key: str,
    given: Mapping[str, Any],
    generation_id: GenerationId,
) -> Generation | None:
    """Claim an idempotency key for a generation; return None on its first use, else what that one started.

    A refusal that follows gives the key back, since it ends the transaction. Raises IdempotencyKeyReusedError, or
    NotFoundError where what the key started is gone.
    """
    earlier = await first_use(
        work.receipts, act, operation=operation, key=key, given=dict(given), result_id=generation_id
    )
    if earlier is None:
        return None
    return await own(work, act, GenerationId(earlier), field="idempotencyKey")


async def start(work: GenerationWork, act: Act, request: NewRequest, *, quota: AiQuota | None) -> Generation:
    """Queue a job for the actor and remember it; with a quota, raises AiQuotaReachedError where it has no room."""
    if quota is not None:
        await quota_checks.require_request(work, act.user_id, quota, now=act.now)
    arguments = GenerationArguments(generation_id=request.id, user_id=act.user_id)
    job = await job_starts.start(
        work, act, KINDS[request.kind], JobRequest(arguments=arguments, user_id=act.user_id)
    )
    await work.generations.add(
        NewGeneration(
            id=request.id,
            user_id=act.user_id,
            kind=request.kind,
            subject=request.subject,
            asked=request.asked,
            job_id=job.id,
            created_at=act.now,
            version_id=request.version_id,
            draft_id=request.draft_id,
        )
    )
    return await own(work, act, request.id, field="generationId")


async def own(work: GenerationWork, act: Act, generation_id: GenerationId, *, field: str) -> Generation:
    """Return a generation of the actor's; raises NotFoundError."""
    (found,) = await work.generations.by_ids([generation_id], user_id=act.user_id)
    if found is None:
        raise NotFoundError("You have no such generation.", field=field)
    return found
