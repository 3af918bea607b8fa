"""Generated quizzes: a learner has one drawn from published questions, for themselves alone."""

import hashlib
from collections.abc import Sequence

from domain.acts import Act
from domain.assessment.work import AssessmentWork
from domain.content import exam_types
from domain.content.drawing.draws import seed_of
from domain.content.drawing.pools import DrawQuery
from domain.content.exam_types import ExamDomain, ExamType
from domain.content.questions import Difficulty
from domain.content.quizzes import MOST_QUESTIONS, Feedback, NewQuiz, Quiz
from domain.errors import DomainError, InvalidInputError, NotFoundError
from domain.idempotency import checked_key, first_use
from domain.ids import ExamDomainId, QuizId
from domain.refusals import all_at_once

USUAL_COUNT = 30
USUAL_PASS_MARK = 70
MOST_DOMAINS = 40


class NothingToDrawError(DomainError):
    """No published question of others fits."""

    code = "NOTHING_TO_DRAW"


async def generate(
    work: AssessmentWork,
    act: Act,
    *,
    exam_type: str,
    domains: Sequence[str] = (),
    count: int = USUAL_COUNT,
    difficulty: Difficulty | None = None,
    key: str,
) -> Quiz:
    """Draw a quiz of up to `count` questions for the actor alone; the same key returns what its first use drew.

    Exam type and domains are named by their codes; no domain means all. Raises, all at once, InvalidInputErrors that
    name the fields; NothingToDrawError or IdempotencyKeyReusedError.
    """
    found: tuple[ExamType, list[ExamDomainId]] | None = None
    with all_at_once() as each:
        with each:
            key = checked_key(key)
        with each:
            if not 1 <= count <= MOST_QUESTIONS:
                raise InvalidInputError(f"count must be 1 to {MOST_QUESTIONS}.", field="count")
        with each:
            if len(domains) > MOST_DOMAINS:
                raise InvalidInputError(f"domains may name at most {MOST_DOMAINS}.", field="domains")
        with each:
            found = await _named(work, exam_type, domains)
    assert found is not None  # noqa: S101 - else the block has raised
    quiz_id = QuizId(act.mint("quiz"))
    earlier = await first_use(
        work.receipts,
        act,
        operation="generateQuizFrom",
        key=key,
        given={
            "examType": exam_type,
            "domains": list(domains),
            "count": count,
            "difficulty": difficulty and difficulty.value,
        },
        result_id=quiz_id,
    )
    if earlier is not None:
        return await _generated(work, act, QuizId(earlier))
    query = DrawQuery(
        learner_id=act.user_id,
        exam_type_id=found[0].id,
        domain_ids=found[1],
        difficulty=difficulty,
        seed=str(seed_of(quiz_id)),
        most=count,
    )
    drawn = await work.question_bank.of_others(query, now=act.now)
    if not drawn:
        raise NothingToDrawError(
            "No published question of others fits; name other domains, or another difficulty.",
            field="examType",
        )
    quiz = _quiz(act, quiz_id, found[0], len(drawn))
    return await work.quizzes.publish(
        NewQuiz(quiz=quiz, question_ids=drawn, content_hash=f"drawn {quiz_id}"), now=act.now
    )


async def _named(
    work: AssessmentWork, exam_type: str, codes: Sequence[str]
) -> tuple[ExamType, list[ExamDomainId]]:
    """Return the exam type and the domains with these codes; raises InvalidInputError that names those there are."""
    (found,) = await work.exam_types.by_codes([exam_type])
    if found is None:
        await exam_types.refuse_unknown(work.exam_types, field="examType")
        raise AssertionError("refuse_unknown raises")
    if not codes:
        return found, []
    (domains,) = await work.exam_types.domains_of([found.id])
    by_code: dict[str, ExamDomain] = {domain.code: domain for domain in domains}
    with all_at_once() as each:
        for place, code in enumerate(codes):
            with each:
                if code not in by_code:
                    raise InvalidInputError(
                        f"domains[{place}] must be the code of a domain of the exam type. There are: "
                        f"{', '.join(by_code)}.",
                        field=f"domains[{place}]",
                    )
    return found, [by_code[code].id for code in codes]


async def _generated(work: AssessmentWork, act: Act, quiz_id: QuizId) -> Quiz:
    (quiz,) = await work.quizzes.by_ids([quiz_id], viewer_id=act.user_id)
    if quiz is None:
        raise NotFoundError("The quiz that this key drew is gone.", field="idempotencyKey")
    return quiz


def _quiz(act: Act, quiz_id: QuizId, exam_type: ExamType, count: int) -> Quiz:
    """Return the quiz without a limit; its slug is in no address, because the quiz is found by its id alone."""
    return Quiz(
        id=quiz_id,
        slug="drawn-" + hashlib.sha256(quiz_id.encode()).hexdigest()[:32],
        title=f"{exam_type.name}: {count} drawn questions"[:200],
        description="",
        exam_type_id=exam_type.id,
        author_id=act.user_id,
        time_limit=None,
        pass_mark=USUAL_PASS_MARK,
        feedback=Feedback.AT_END,
        question_count=count,
        closes_at=None,
        shuffle_questions=True,
        drawn_for_id=act.user_id,
    )
