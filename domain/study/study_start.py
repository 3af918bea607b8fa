"""Starting study sessions: checks what is to be studied, and shows the first question."""

import hashlib
from datetime import timedelta

from domain import idempotency, text
from domain.acts import Act
from domain.content import exam_types
from domain.content.exam_types import MOST_DOMAINS, MOST_NAMED, ExamDomain, ExamType
from domain.content.questions import Difficulty
from domain.content.quizzes import Feedback
from domain.errors import InvalidInputError, NotFoundError
from domain.ids import AttemptId, ExamTypeId, QuizId, StudySessionId
from domain.refusals import all_at_once
from domain.study import study_end, study_questions
from domain.study.study_sessions import StudySession
from domain.study.work import StudyWork

LONGEST_CODE = 80
_NO_DOMAINS: list[ExamDomain] = []


async def start(
    work: StudyWork,
    act: Act,
    *,
    exam_type: str,
    domains: list[str],
    difficulty: Difficulty | None,
    quiz_id: QuizId | None,
    idempotency_key: str,
) -> StudySession:
    """Start a session and show its first question; the session that the actor has open ends.

    `domains` are codes of the exam type, none for all. Raises InvalidInputError, NotFoundError, NothingToStudyError,
    QuestionWithheldError or IdempotencyKeyReusedError.
    """
    with all_at_once() as each:
        with each:
            idempotency_key = idempotency.checked_key(idempotency_key)
        with each:
            exam_type = text.line(exam_type, field="examType", longest=LONGEST_CODE)
        with each:
            _check_codes(domains)
        is_text = not any(refusal.field == "examType" for refusal in each.refusals)
        (found,) = await work.exam_types.by_codes([exam_type]) if is_text else [None]
        with each:
            if found is None and is_text:
                await exam_types.refuse_unknown(work.exam_types, field="examType")
        with each:
            await _check_quiz(work, act, quiz_id, found)
        chosen = await _chosen(work, found, domains)
    if found is None:
        raise LookupError("an unknown exam type was refused")
    new = _session(act, found.id, chosen, difficulty, quiz_id)
    await work.streaks.lock(act.user_id)
    earlier = await idempotency.first_use(
        work.receipts,
        act,
        operation="startStudySession",
        key=idempotency_key,
        given={
            "exam_type": exam_type,
            "domains": sorted(set(domains)),
            "difficulty": difficulty and difficulty.value,
            "quiz_id": quiz_id,
        },
        result_id=new.id,
    )
    if earlier is not None:
        return await study_end.own_session(work, act, StudySessionId(earlier), field="idempotencyKey")
    await study_end.end_open(work, act)
    await work.study_sessions.add(new)
    return (await study_questions.show_next(work, act, new, number=1)).session


def _check_codes(codes: list[str]) -> None:
    """Refuse domains that cannot be codes, without a look at those that there are."""
    if len(codes) > MOST_DOMAINS:
        raise InvalidInputError(f"domains may hold at most {MOST_DOMAINS}.", field="domains")
    for code in codes:
        text.line(code, field="domains", longest=LONGEST_CODE)


async def _check_quiz(work: StudyWork, act: Act, quiz_id: QuizId | None, exam_type: ExamType | None) -> None:
    if quiz_id is None:
        return
    (quiz,) = await work.quizzes.by_ids([quiz_id])
    if quiz is None or quiz.withdrawn_at is not None:
        raise NotFoundError("There is no such quiz, or it is withdrawn; choose another one.", field="quizId")
    if quiz.feedback is Feedback.SCORE_ONLY:
        raise InvalidInputError(
            "This quiz shows the score only, so its questions cannot be studied; choose another one.",
            field="quizId",
        )
    if quiz.opens_at is not None and act.now < quiz.opens_at:
        raise InvalidInputError("This quiz is not open yet; choose another one.", field="quizId")
    if quiz.drawn_for_id is not None:
        raise InvalidInputError(
            "This quiz was drawn for you; leave quizId out, and study its exam type.", field="quizId"
        )
    if quiz.attempts_allowed is not None and not quiz.is_closed(act.now):
        taken = await work.attempts.taken(quiz.id, user_id=act.user_id, without=AttemptId(""))
        if taken.count < quiz.attempts_allowed:
            raise InvalidInputError(
                "You have attempts left at this quiz, which allows a limited number. Its questions can be studied once "
                "they are used up, or the quiz is closed.",
                field="quizId",
            )
    if exam_type is not None and quiz.exam_type_id != exam_type.id:
        raise InvalidInputError(
            "This quiz is for another exam type; give that one as examType, or leave quizId out.",
            field="quizId",
        )


async def _chosen(work: StudyWork, exam_type: ExamType | None, codes: list[str]) -> list[ExamDomain]:
    """Return the domains with these codes, by code; raises InvalidInputError that names those that exist."""
    if exam_type is None or not 0 < len(codes) <= MOST_DOMAINS:
        return _NO_DOMAINS
    (known,) = await work.exam_types.domains_of([exam_type.id])
    chosen = [domain for domain in known if domain.code in codes]
    if len(chosen) == len(set(codes)):
        return chosen
    named = ", ".join(domain.code for domain in known[:MOST_NAMED]) or "none so far"
    raise InvalidInputError(
        f"domains must be codes of domains of this exam type. There are: {named}"
        f"{'; the field `domains` of the exam type lists all' if len(known) > MOST_NAMED else ''}.",
        field="domains",
    )


def _session(
    act: Act,
    exam_type_id: ExamTypeId,
    domains: list[ExamDomain],
    difficulty: Difficulty | None,
    quiz_id: QuizId | None,
) -> StudySession:
    session_id = StudySessionId(act.mint("study"))
    return StudySession(
        id=session_id,
        user_id=act.user_id,
        exam_type_id=exam_type_id,
        domain_ids=[domain.id for domain in domains],
        difficulty=difficulty,
        quiz_id=quiz_id,
        seed=int.from_bytes(hashlib.sha256(session_id.encode()).digest()[:4], "big"),
        round=1,
        started_at=act.now,
        last_active_at=act.now,
        ended_at=None,
        questions_viewed=0,
        questions_answered=0,
        time_spent=timedelta(0),
    )
