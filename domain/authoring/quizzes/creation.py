"""Creation of quiz drafts: empty ones, and copies of quizzes."""

from dataclasses import fields, replace

from domain import text
from domain.acts import Act
from domain.authoring.stores.quiz_drafts import QuizDraft
from domain.authoring.work import AuthoringWork
from domain.content import exam_types
from domain.content.quizzes import Feedback, Quiz, SlugTakenError, checked_slug
from domain.errors import ForbiddenError, NotFoundError
from domain.idempotency import checked_key, first_use
from domain.ids import ExamTypeId, QuizDraftId, QuizId
from domain.refusals import all_at_once

LONGEST_TITLE = 200
LONGEST_DESCRIPTION = 2_000
USUAL_PASS_MARK = 70
SLUG_IS_TAKEN = "Another quiz has this slug, or a draft of yours; choose another one."


async def create(
    work: AuthoringWork, act: Act, *, slug: str, title: str, description: str, exam_type: str, key: str
) -> QuizDraft:
    """Create a draft of the actor's that asks nothing yet; the same key returns what its first use created.

    `exam_type` is a code. Raises, all at once, InvalidInputErrors; SlugTakenError or IdempotencyKeyReusedError.
    """
    exam_type_id: ExamTypeId | None = None
    with all_at_once() as each:
        with each:
            checked_slug(slug, field="slug")
        with each:
            title = checked_title(title)
        with each:
            description = checked_description(description)
        with each:
            key = checked_key(key)
        with each:
            (found,) = await work.exam_types.by_codes([exam_type])
            if found is None:
                await exam_types.refuse_unknown(work.exam_types, field="examType")
            exam_type_id = found.id if found else None
    assert exam_type_id is not None  # noqa: S101 - else the block has raised
    draft = _empty(act, slug=slug, title=title, description=description, exam_type_id=exam_type_id)
    given = {"slug": slug, "title": title, "description": description, "examType": exam_type}
    earlier = await first_use(
        work.receipts, act, operation="createQuiz", key=key, given=given, result_id=draft.id
    )
    if earlier is not None:
        (created,) = await work.quiz_drafts.by_ids([QuizDraftId(earlier)], author_id=act.user_id)
        if created is None:
            raise NotFoundError(
                "The draft that this key created is gone; make a new key to create another one.",
                field="idempotencyKey",
            )
        return created
    if await work.quizzes.published([slug]) != [None] or not await work.quiz_drafts.add(draft):
        raise SlugTakenError(SLUG_IS_TAKEN, field="slug")
    return draft


async def start(work: AuthoringWork, act: Act, *, quiz_id: QuizId) -> QuizDraft:
    """Begin a draft that is a copy of a quiz of the actor's; a quiz that has a draft keeps it.

    Raises NotFoundError or ForbiddenError.
    """
    quiz = await work.quizzes.lock(quiz_id)
    if quiz is None:
        raise NotFoundError("There is no such quiz.", field="quizId")
    if quiz.author_id != act.user_id:
        raise ForbiddenError("Only the author may edit a quiz.", field="quizId")
    (there,) = await work.quiz_drafts.of_content([quiz_id], author_id=act.user_id)
    if there is not None:
        return there
    (pools,) = await work.quizzes.pools([quiz_id])
    known = {f.name for f in fields(Quiz)} & {f.name for f in fields(QuizDraft)} - {"id"}
    same = {name: getattr(quiz, name) for name in known}
    draft = replace(
        _empty(
            act,
            slug=quiz.slug,
            title=quiz.title,
            description=quiz.description,
            exam_type_id=quiz.exam_type_id,
        ),
        quiz_id=quiz.id,
        **(same | {"question_ids": await work.quizzes.question_ids(quiz_id), "pools": pools}),
    )
    if not await work.quiz_drafts.add(draft):
        raise SlugTakenError(
            "A draft of yours has the slug of this quiz; give that another one.", field="quizId"
        )
    return draft


def checked_title(value: str) -> str:
    """Return a title of one line; raises InvalidInputError."""
    return text.line(value, field="title", longest=LONGEST_TITLE)


def checked_description(value: str) -> str:
    """Return a description; raises InvalidInputError."""
    return text.prose(value, field="description", longest=LONGEST_DESCRIPTION)


def _empty(act: Act, *, slug: str, title: str, description: str, exam_type_id: ExamTypeId) -> QuizDraft:
    return QuizDraft(
        id=QuizDraftId(act.mint("quizdraft")),
        author_id=act.user_id,
        quiz_id=None,
        slug=slug,
        title=title,
        description=description,
        exam_type_id=exam_type_id,
        time_limit=None,
        pass_mark=USUAL_PASS_MARK,
        feedback=Feedback.AT_END,
        opens_at=None,
        closes_at=None,
        attempts_allowed=None,
        cool_down=None,
        shuffle_questions=False,
        shuffle_options=True,
        question_ids=[],
        pools=[],
        version=1,
        changed_at=act.now,
    )
