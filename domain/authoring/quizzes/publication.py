"""Publication of quiz drafts: the same rows as a file makes, under the id that the quiz has or gets."""

import hashlib

from domain.acts import Act
from domain.authoring.quizzes.edits import locked
from domain.authoring.quizzes.faults import MOST_FAULTS, QuizFault, faults_of
from domain.authoring.stores.quiz_drafts import QuizDraft
from domain.authoring.work import AuthoringWork
from domain.content.quizzes import NewQuiz, Quiz, SlugTakenError
from domain.errors import DomainError
from domain.ids import QuizDraftId, QuizId

_MOST_IN_MESSAGE = 20


class UnsoundQuizError(DomainError):
    """The draft has faults; `faults` has each."""

    code = "UNSOUND_QUIZ"

    def __init__(self, found: list[QuizFault]) -> None:
        messages = [fault.message for fault in found[:_MOST_IN_MESSAGE]]
        if len(found) > len(messages):
            messages.append(f"And {len(found) - len(messages)} more.")
        super().__init__("This quiz cannot be published: " + " ".join(messages), field="draftId")
        self.faults = found[:MOST_FAULTS]


async def publish(work: AuthoringWork, act: Act, *, draft_id: QuizDraftId, version: int) -> Quiz:
    """Publish a draft of the actor's, which is then gone; a quiz that it replaces keeps its id, and what was withdrawn.

    Raises UnsoundQuizError that names every fault, NotFoundError, QuizDraftConflictError, or SlugTakenError in a race.
    """
    draft = await locked(work, act, draft_id, version)
    (found,) = await faults_of(work, [draft], now=act.now)
    if found:
        raise UnsoundQuizError(found)
    quiz = _quiz(draft, QuizId(act.mint("quiz")) if draft.quiz_id is None else draft.quiz_id)
    new = NewQuiz(quiz=quiz, question_ids=draft.question_ids, content_hash=_hash(draft), pools=draft.pools)
    published = await work.quizzes.publish(new, now=act.now)
    if published.id != quiz.id:
        raise SlugTakenError("Another quiz has this slug by now; choose another one.", field="draftId")
    await work.quiz_drafts.publish(draft.id, published.id)
    return published


def _quiz(draft: QuizDraft, quiz_id: QuizId) -> Quiz:
    return Quiz(
        id=quiz_id,
        slug=draft.slug,
        title=draft.title,
        description=draft.description,
        exam_type_id=draft.exam_type_id,
        author_id=draft.author_id,
        time_limit=draft.time_limit,
        pass_mark=draft.pass_mark,
        feedback=draft.feedback,
        question_count=draft.question_count,
        closes_at=draft.closes_at,
        opens_at=draft.opens_at,
        attempts_allowed=draft.attempts_allowed,
        cool_down=draft.cool_down,
        shuffle_questions=draft.shuffle_questions,
        shuffle_options=draft.shuffle_options,
        drawn_count=draft.drawn_count,
    )


def _hash(draft: QuizDraft) -> str:
    """Return a hash that no file has, so that importing one puts back what it says."""
    return "written " + hashlib.sha256(f"{draft.id} {draft.version}".encode()).hexdigest()
