"""Regenerations: checks which part of a generated draft is to be written once more, then queues the job."""

from domain.acts import Act
from domain.ai.quotas import AiQuota
from domain.errors import InvalidInputError
from domain.generation import generation_jobs
from domain.generation.generation_jobs import NewRequest
from domain.generation.generations import Generation, GenerationKind
from domain.generation.work import GenerationWork
from domain.idempotency import checked_key
from domain.ids import GenerationId, QuestionId, is_id


def _check_version(current: int, given: int) -> None:
    """Refuse a stale version before a job is made; the job checks once more, with the draft locked."""
    if given != current:
        raise InvalidInputError(
            "version must be the current one of the draft; read it again and send that.", field="version"
        )


async def regenerate_part(
    work: GenerationWork,
    act: Act,
    *,
    generation_id: GenerationId,
    part: str,
    version: int,
    key: str,
    quota: AiQuota | None = None,
) -> Generation:
    """Start writing one part of a generated draft once more: a node by its key, or a question by its id.

    `version` is that of the draft, a revision for a roadmap: the part is replaced only while the draft has it. A key
    that was used returns what it started, even where the part is gone since. Raises NotFoundError, InvalidInputError,
    IdempotencyKeyReusedError or AiQuotaReachedError.
    """
    key, id_ = checked_key(key), GenerationId(act.mint("generation"))
    given = {"generation": generation_id, "part": part, "version": version}
    earlier = await generation_jobs.started_before(
        work, act, operation="regeneratePart", key=key, given=given, generation_id=id_
    )
    if earlier is not None:
        return earlier
    whole = await generation_jobs.own(work, act, generation_id, field="generationId")
    asked = dict(whole.asked) | {"part": part, "version": version}
    if whole.kind is GenerationKind.ROADMAP and whole.version_id is not None:
        nodes = await work.drafts.nodes(whole.version_id, [part])
        if not nodes:
            raise InvalidInputError("part must be the key of a node of the draft.", field="part")
        (draft_version,) = await work.roadmaps.versions_by_ids([whole.version_id], viewer_id=act.user_id)
        if draft_version is not None:
            _check_version(draft_version.revision, version)
        kind, subject = GenerationKind.ROADMAP_NODE, nodes[0].title
    elif whole.kind is GenerationKind.QUIZ and whole.draft_id is not None:
        (draft,) = await work.quiz_drafts.by_ids([whole.draft_id], author_id=act.user_id)
        if draft is None or not is_id(part, "question") or QuestionId(part) not in draft.question_ids:
            raise InvalidInputError(
                "part must be the id of a question of the draft that was generated; once it is published, change its "
                "questions by updateQuestion.",
                field="part",
            )
        _check_version(draft.version, version)
        kind, subject = GenerationKind.QUIZ_QUESTION, whole.subject
    else:
        raise InvalidInputError(
            "generationId must be that of a roadmap or a quiz that is ready.", field="generationId"
        )
    request = NewRequest(
        id=id_,
        kind=kind,
        subject=subject,
        asked=asked,
        version_id=whole.version_id,
        draft_id=whole.draft_id,
    )
    return await generation_jobs.start(work, act, request, quota=quota)
