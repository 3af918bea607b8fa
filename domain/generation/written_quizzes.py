"""Writing quizzes: what the language model is asked, and the draft and questions that its answer becomes.

A request names subjects, domains and nodes. It never has a question that exists, nor a key: an open attempt of
someone may ask it.
"""

from collections.abc import Sequence

from domain.acts import Act
from domain.ai.assistants import Written
from domain.ai.requests import AiRequest, OutputShape, Purpose
from domain.authoring.questions import question_creation
from domain.authoring.questions.question_creation import QuestionWords
from domain.authoring.quizzes import creation, edits
from domain.authoring.quizzes.edits import QuizChanges
from domain.authoring.stores.provenances import Provenance
from domain.authoring.stores.quiz_drafts import QuizDraft
from domain.content.exam_types import ExamDomain, ExamType
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.entities import entity
from domain.errors import InvalidInputError, NotFoundError
from domain.generation.generations import Generation, GenerationResult, authorship
from domain.generation.question_outputs import questions_shape
from domain.generation.work import GenerationWork
from domain.generation.written_roadmaps import slug_of
from domain.ids import QuestionId, RoadmapNodeId

PROMPT = "quiz"
_TOKENS_OF_QUESTION = 500
_LONGEST_TITLE = 180


@entity
class QuestionsPlan:
    """A request for questions, with the shape of the answer."""

    request: AiRequest
    shape: OutputShape[list[QuestionWords]]


async def quiz_plan(work: GenerationWork, generation: Generation) -> QuestionsPlan:
    """Return the request for the questions of a quiz, or for one question of its draft.

    Raises NotFoundError or InvalidInputError where the source is gone.
    """
    asked, is_part = generation.asked, "part" in generation.asked
    count = 1 if is_part else int(asked["count"])
    kinds, difficulty = [QuestionKind(kind) for kind in asked["kinds"]], Difficulty(asked["difficulty"])
    exam_type, domains = await _exam_type(work, str(asked["examType"]))
    if is_part:
        kinds = [await _kind_of_part(work, QuestionId(asked["part"]), otherwise=kinds[0])]
    variant = 0
    if is_part and generation.draft_id is not None:
        variant = await work.generations.variants(generation.draft_id, user_id=generation.user_id)
    request = AiRequest(
        caller_id=generation.user_id,
        roles=frozenset(await work.users.roles_of(generation.user_id) or []),
        purpose=Purpose.QUIZ,
        prompt=PROMPT,
        longest=_TOKENS_OF_QUESTION * count,
        values={
            "count": count,
            "difficulty": difficulty.value,
            "kinds": ", ".join(kind.value for kind in kinds),
            "domains": ", ".join(domain.code for domain in domains),
            "variant": variant,
        },
        quoted={"source": await _source(work, generation, exam_type, domains)},
    )
    shape = questions_shape(
        exam_type=exam_type.code,
        domains=[domain.code for domain in domains],
        count=count,
        kinds=kinds,
        difficulty=difficulty,
    )
    return QuestionsPlan(request=request, shape=shape)


async def store_quiz(
    work: GenerationWork, act: Act, generation: Generation, written: Written[list[QuestionWords]]
) -> GenerationResult:
    """Store the questions in the actor's bank, unreviewed, and the draft of a quiz that asks them."""
    ids = await _stored(work, act, generation, written)
    draft = await creation.create(
        work,
        act,
        slug=slug_of(generation),
        title=f"Quiz: {generation.subject}"[:_LONGEST_TITLE].strip(),
        description="",
        exam_type=str(generation.asked["examType"]),
        key=generation.id,
    )
    changes = QuizChanges(question_ids=ids)
    await edits.edit(work, act, draft_id=draft.id, version=draft.version, changes=changes)
    result = GenerationResult(draft_id=draft.id)
    await work.generations.finish(generation.id, authorship(written, PROMPT), result, now=act.now)
    return result


async def store_question(
    work: GenerationWork, act: Act, generation: Generation, written: Written[list[QuestionWords]]
) -> GenerationResult:
    """Put a new question in the place of one of the draft, while the draft has the version that was asked for.

    The other question stays in the actor's bank. Raises NotFoundError, QuizDraftConflictError or InvalidInputError.
    """
    assert generation.draft_id is not None  # noqa: S101 - set where it was started
    version, part = int(generation.asked["version"]), QuestionId(generation.asked["part"])
    draft: QuizDraft = await edits.locked(work, act, generation.draft_id, version)
    if part not in draft.question_ids:
        raise InvalidInputError("part must be the id of a question of the draft.", field="part")
    (new,) = await _stored(work, act, generation, written)
    ids = [new if id_ == part else id_ for id_ in draft.question_ids]
    await edits.edit(work, act, draft_id=draft.id, version=version, changes=QuizChanges(question_ids=ids))
    result = GenerationResult(draft_id=draft.id)
    await work.generations.finish(generation.id, authorship(written, PROMPT), result, now=act.now)
    return result


async def _stored(
    work: GenerationWork, act: Act, generation: Generation, written: Written[list[QuestionWords]]
) -> list[QuestionId]:
    """Store the questions in the actor's bank, and mark them as generated."""
    ids = await question_creation.create_all(work, act, all_words=written.value, key=generation.id)
    marks = [
        Provenance(
            lineage_id=id_,
            generation_id=generation.id,
            model=written.model,
            prompt=PROMPT,
            prompt_version=written.prompt_version,
            generated_at=act.now,
        )
        for id_ in ids
    ]
    await work.provenances.add(marks)
    return ids


async def _exam_type(work: GenerationWork, code: str) -> tuple[ExamType, list[ExamDomain]]:
    (exam_type,) = await work.exam_types.by_codes([code])
    (domains,) = [[]] if exam_type is None else await work.exam_types.domains_of([exam_type.id])
    if exam_type is None or not domains:
        raise InvalidInputError("The exam type has no domains; add one, or choose another.", field="examType")
    return exam_type, domains


async def _kind_of_part(work: GenerationWork, part: QuestionId, *, otherwise: QuestionKind) -> QuestionKind:
    (question,) = await work.questions.by_ids([part])
    return otherwise if question is None else question.kind


async def _source(
    work: GenerationWork, generation: Generation, exam_type: ExamType, domains: Sequence[ExamDomain]
) -> str:
    asked = generation.asked
    if asked["text"] is not None:
        return str(asked["text"])
    if asked["roadmapNode"] is not None:
        (node,) = await work.nodes.by_ids([RoadmapNodeId(asked["roadmapNode"])], viewer_id=generation.user_id)
        if node is None:
            raise NotFoundError("The node is gone; choose another one.", field="source")
        return f"{node.title}.\n{node.description}"
    lines = [f"{exam_type.name}. {exam_type.description}"]
    lines += [f"{domain.name} is domain {domain.code} of {exam_type.name}." for domain in domains]
    return "\n".join(lines)
