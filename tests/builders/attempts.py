"""Builders of questions with keys, quizzes and attempts."""

import itertools
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from domain.assessment.attempt_grading import GradedSlot, Grading
from domain.assessment.attempts import AttemptMode, AttemptState, QuizAttempt
from domain.assessment.grading_inputs import Repeats, Revisions
from domain.assessment.submissions import SubmissionResult
from domain.content.answer_keys import AcceptedNumber, AcceptedText, AnswerKey, PartKey
from domain.content.answers import Answer, FilledBlank, Option, Pair
from domain.content.exam_types import ExamDomain
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty, NewQuestion, Question
from domain.content.quizzes import Feedback, NewQuiz, Quiz
from domain.gamification.xp import QuizXp
from domain.ids import AttemptId, ExamDomainId, ExamTypeId, OptionId, QuestionId, QuizId, UserId
from domain.work import Work
from tests.builders import mint
from tests.builders.analytics import an_exam_type, facts
from tests.builders.quizzes import some_blanks, some_parts, some_prompts

_numbers = itertools.count(1)
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_orderings: set[QuestionId] = set()
"""The questions whose keys are an order; those of a matching look the same."""
WITH_OPTIONS = {
    QuestionKind.SINGLE_CHOICE,
    QuestionKind.MULTIPLE_CHOICE,
    QuestionKind.MATCHING,
    QuestionKind.ORDERING,
}
NO_REPEATS = Repeats(credits={}, earlier_today=0)
NOTHING_EARNED = QuizXp(today=0, lately=0)


def a_question(kind: QuestionKind = QuestionKind.TRUE_FALSE, **values: Any) -> tuple[Question, AnswerKey]:
    """A question with its key; its secret texts are unique, so that a leak is found by search."""
    number = next(_numbers)
    question_id = QuestionId(mint("question"))
    options = (
        [Option(id=OptionId(mint("option")), text=f"choice {n} of {number}") for n in range(4)]
        if kind in WITH_OPTIONS
        else []
    )
    blanks = some_blanks(f"filler of {number}") if kind is QuestionKind.CLOZE else []
    right = {QuestionKind.SINGLE_CHOICE: 1, QuestionKind.MULTIPLE_CHOICE: 2}.get(kind, 0)
    texts = [AcceptedText(text=f"sesame{number}", weight=100), AcceptedText(text=f"sezam{number}", weight=50)]
    numbers = [AcceptedNumber(low=Decimal("41.125"), high=Decimal("42.875"), weight=100)]
    said = [*options, *(option for blank in blanks for option in blank.options)]
    feedback = {o.id: f"hush {n} of {number}" for n, o in enumerate(said)}
    feedback |= (
        {"1:*": f"hush of blank {number}"} if blanks else {} if options else {"*": f"hush of {number}"}
    )
    question = Question(
        id=question_id,
        exam_type_id=values.pop("exam_type_id", ExamTypeId(mint("examtype"))),
        domain_id=values.pop("domain_id", ExamDomainId(mint("domain"))),
        kind=kind,
        difficulty=values.pop("difficulty", Difficulty.EASY),
        prompt=f"What about number {number}?",
        options=sorted(options, key=lambda o: o.id),
        all_or_nothing=values.pop("all_or_nothing", False),
        prompts=some_prompts(f"prompt of {number}") if kind is QuestionKind.MATCHING else [],
        blanks=blanks,
    )
    key = AnswerKey(
        question_id=question_id,
        correct_options=frozenset(o.id for o in options[:right]),
        truth=True if kind is QuestionKind.TRUE_FALSE else None,
        texts=texts if kind is QuestionKind.SHORT_TEXT else [],
        numbers=numbers if kind is QuestionKind.NUMERIC else [],
        explanation=f"because of reason {number}",
        option_feedback=feedback,
        parts=some_parts(replace(question, options=options), texts, numbers),
    )
    assert not values
    if kind is QuestionKind.ORDERING:
        _orderings.add(question_id)
    return question, key


def new_version(question: Question, key: AnswerKey) -> tuple[Question, AnswerKey]:
    """The same question with another prompt and explanation, which gives it and its options new ids."""
    new_id = QuestionId(mint("question"))
    of_blanks = [option for blank in question.blanks for option in blank.options]
    ids = {option.id: OptionId(mint("option")) for option in [*question.options, *of_blanks]}
    if question.id in _orderings:
        _orderings.add(new_id)
    corrected = replace(
        question,
        id=new_id,
        prompt=f"{question.prompt} (corrected)",
        options=[replace(option, id=ids[option.id]) for option in question.options],
        blanks=[
            replace(blank, options=[replace(option, id=ids[option.id]) for option in blank.options])
            for blank in question.blanks
        ],
    )
    return corrected, replace(
        key,
        question_id=new_id,
        correct_options=frozenset(ids[id_] for id_ in key.correct_options),
        explanation=f"{key.explanation} (corrected)",
        option_feedback={ids.get(OptionId(a), a): text for a, text in key.option_feedback.items()},
        parts=[replace(part, option=part.option and ids[part.option]) for part in key.parts],
    )


def right_answer(key: AnswerKey) -> Answer:
    if key.parts:
        return _right_parts(key)
    if key.correct_options:
        return Answer(options=sorted(key.correct_options))
    if key.texts:
        return Answer(text=key.texts[0].text)
    if key.numbers:
        return Answer(number=key.numbers[0].low)
    return Answer(truth=key.truth)


def wrong_answer(question: Question, key: AnswerKey) -> Answer:
    """An answer of the question's kind that earns nothing, or part of the credit where it is in parts."""
    if key.parts:
        return _wrong_parts(question, key)
    if question.options:
        return Answer(options=[o.id for o in question.options if o.id not in key.correct_options][:1])
    if key.texts:
        return Answer(text="guess")
    return Answer(number=Decimal(-12345)) if key.numbers else Answer(truth=not key.truth)


def _wrong_parts(question: Question, key: AnswerKey) -> Answer:
    right = [part.option for part in key.parts]
    if question.blanks:
        wrong = [
            next((option.id for option in blank.options if option.id != taken), None)
            for blank, taken in zip(question.blanks, right, strict=True)
        ]
        return Answer(
            blanks=[
                FilledBlank(number=number, option=option, text=None if option else "-12345")
                for number, option in enumerate(wrong, start=1)
            ]
        )
    options = [option for option in right if option is not None]
    if not question.prompts:
        return Answer(order=options[::-1])
    turned = [*options[1:], options[0]]
    return Answer(pairs=[Pair(prompt=number, option=option) for number, option in enumerate(turned, start=1)])


def _right_parts(key: AnswerKey) -> Answer:
    options = [part.option for part in key.parts if part.option is not None]
    if key.question_id in _orderings:
        return Answer(order=options)
    if len(options) == len(key.parts):
        return Answer(pairs=[Pair(prompt=n, option=option) for n, option in enumerate(options, start=1)])
    filled = [
        FilledBlank(number=number, option=part.option, text=_typed(part))
        for number, part in enumerate(key.parts, start=1)
    ]
    return Answer(blanks=filled)


def _typed(part: PartKey) -> str | None:
    """Return the first text or number that is accepted for a blank; none where it has options."""
    accepted = [*(text.text for text in part.texts), *(str(number.low) for number in part.numbers)]
    return accepted[0] if accepted else None


def secrets_of(key: AnswerKey) -> set[str]:
    """The parts of a key that must not be readable while an attempt is open; options are searched for separately."""
    all_ = [key, *key.parts]
    ranges = {str(b) for each in all_ for number in each.numbers for b in (number.low, number.high)}
    texts = {accepted.text for each in all_ for accepted in each.texts}
    return {key.explanation, *key.option_feedback.values(), *texts, *ranges}


def an_attempt(**values: Any) -> QuizAttempt:
    return QuizAttempt(
        **{
            "id": AttemptId(mint("attempt")),
            "user_id": UserId(mint("user")),
            "quiz_id": QuizId(mint("quiz")),
            "mode": AttemptMode.PRACTICE,
            "state": AttemptState.IN_PROGRESS,
            "feedback": Feedback.AT_END,
            "pass_mark": 70,
            "seed": 7,
            "started_at": NINE,
            "deadline": NINE + timedelta(minutes=10),
            "finished_at": None,
            "local_date": None,
            "late": False,
            "score": None,
            "passed": None,
        }
        | values
    )


def a_result(attempt: QuizAttempt, *credits: str, **values: Any) -> SubmissionResult:
    """A result without XP or activity; values of the attempt and of the result may be given."""
    end = {
        "state": AttemptState.GRADED,
        "finished_at": NINE + timedelta(minutes=5),
        "local_date": NINE.date(),
        "score": 66.7,
        "passed": True,
    }
    given = {"entries": [], "activity": None, "freezes": (), "claim": None, "claimed_at": NINE}
    given["read"] = Revisions(learner=0, answers=0)
    given |= {name: values.pop(name) for name in given.keys() & values.keys()}
    finished = replace(attempt, **(end | values))
    return SubmissionResult(
        attempt=finished,
        credits={number: Fraction(credit) for number, credit in enumerate(credits, start=1)},
        facts=facts(
            an_exam_type("any"),
            finished.local_date or NINE.date(),
            user_id=attempt.user_id,
            attempt_id=attempt.id,
            quiz_id=attempt.quiz_id,
        ),
        **given,  # type: ignore[arg-type]
    )


def a_graded_slot(credit: object = 1, **values: Any) -> GradedSlot:
    question, _ = a_question(difficulty=values.pop("difficulty", Difficulty.EASY))
    given = {
        "number": next(_numbers),
        "question": question,
        "credit": Fraction(str(credit)),
        "answered": True,
        "fast": False,
    }
    return GradedSlot(**(given | values))


def a_grading(*credits: object, **values: Any) -> Grading:
    return Grading(slots=[a_graded_slot(credit, **values) for credit in credits])


async def store_quiz(
    work: Work, author_id: UserId, questions: list[tuple[Question, AnswerKey]], **values: Any
) -> Quiz:
    """Store a quiz of these questions, with an exam type of its own."""
    number = next(_numbers)
    exam = an_exam_type(code=f"exam-{number}", name="Exam")
    part = ExamDomain(
        id=ExamDomainId(mint("domain")), exam_type_id=exam.id, code="1.1", name="Part", weight=100
    )
    await work.exam_types.add(exam)
    await work.exam_types.add_domains([part])
    moved = [(replace(q, exam_type_id=exam.id, domain_id=part.id), key) for q, key in questions]
    await work.questions.add(
        [
            NewQuestion(question=q, key=key, author_id=author_id, name=q.prompt, content_hash=q.id)
            for q, key in moved
        ]
    )
    given = {
        "id": QuizId(mint("quiz")),
        "slug": f"quiz-{number}",
        "title": f"Quiz {number}",
        "description": "",
        "exam_type_id": exam.id,
        "author_id": author_id,
        "time_limit": timedelta(minutes=10),
        "pass_mark": 70,
        "feedback": Feedback.AT_END,
        "question_count": len(questions),
        "closes_at": None,
    }
    quiz = Quiz(**(given | values))
    new = NewQuiz(quiz=quiz, question_ids=[q.id for q, _ in questions], content_hash=quiz.id)
    return await work.quizzes.publish(new, now=NINE)


async def store_versions(
    work: Work, author_id: UserId, questions: Iterable[tuple[Question, AnswerKey]]
) -> list[tuple[Question, AnswerKey]]:
    """Store a new version of each question that `store_quiz` stored: under the name that it got there."""
    given = list(questions)
    stored = [q for q in await work.questions.by_ids([q.id for q, _ in given]) if q is not None]
    made = [new_version(q, key) for q, (_, key) in zip(stored, given, strict=True)]
    new = [
        NewQuestion(question=q, key=key, author_id=author_id, name=first.prompt, content_hash=q.id)
        for first, (q, key) in zip(stored, made, strict=True)
    ]
    await work.questions.add(new)
    return made
