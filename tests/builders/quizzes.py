"""Builders of exam types, questions with keys, and quizzes."""

import itertools
from decimal import Decimal
from typing import Any

from domain.content.answer_keys import AcceptedNumber, AcceptedText, AnswerKey, PartKey
from domain.content.answers import Blank, BlankKind, MatchingPrompt, Option
from domain.content.exam_types import ExamDomain, ExamType
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty, NewQuestion, Question
from domain.content.quizzes import Feedback, NewQuiz, Quiz
from domain.ids import ExamDomainId, ExamTypeId, OptionId, QuestionId, QuizId, UserId
from tests.builders import mint

_numbers = itertools.count(1)


def an_exam_type(**values: Any) -> ExamType:
    number = next(_numbers)
    return ExamType(
        **{
            "id": ExamTypeId(mint("examtype")),
            "code": f"exam-{number}",
            "name": f"Exam {number}",
            "description": "",
            "author_id": None,
        }
        | values
    )


def a_domain(exam_type_id: ExamTypeId, **values: Any) -> ExamDomain:
    number = next(_numbers)
    return ExamDomain(
        **{
            "id": ExamDomainId(mint("domain")),
            "exam_type_id": exam_type_id,
            "code": f"1.{number}",
            "name": f"Domain {number}",
            "weight": 10,
        }
        | values
    )


def a_question(kind: QuestionKind = QuestionKind.SINGLE_CHOICE, **values: Any) -> Question:
    options = some_options("Option")
    has_options = "CHOICE" in kind.value or kind in {QuestionKind.MATCHING, QuestionKind.ORDERING}
    return Question(
        **{
            "id": QuestionId(mint("question")),
            "exam_type_id": ExamTypeId("examtype_none"),
            "domain_id": ExamDomainId("domain_none"),
            "kind": kind,
            "difficulty": Difficulty.MEDIUM,
            "prompt": f"Question {next(_numbers)}?",
            "options": options if has_options else [],
            "all_or_nothing": False,
            "prompts": some_prompts("Prompt") if kind is QuestionKind.MATCHING else [],
            "blanks": some_blanks("Filler") if kind is QuestionKind.CLOZE else [],
        }
        | values
    )


def some_options(name: str) -> list[Option]:
    return [Option(id=OptionId(mint("option")), text=f"{name} {n}") for n in range(4)]


def some_prompts(name: str) -> list[MatchingPrompt]:
    return [MatchingPrompt(number=number, text=f"{name} {number}") for number in (1, 2, 3)]


def some_blanks(name: str) -> list[Blank]:
    """A blank of each kind: a text, a number, an option."""
    return [
        Blank(number=1, takes=BlankKind.TEXT),
        Blank(number=2, takes=BlankKind.NUMBER),
        Blank(number=3, takes=BlankKind.OPTION, options=some_options(name)),
    ]


def some_parts(question: Question, texts: list[AcceptedText], numbers: list[AcceptedNumber]) -> list[PartKey]:
    """The first option for the first prompt and so on, the options in their order, and the first one in blanks."""
    of_blank = {BlankKind.TEXT: PartKey(texts=texts), BlankKind.NUMBER: PartKey(numbers=numbers)}
    if question.blanks:
        return [of_blank.get(b.takes) or PartKey(option=b.options[0].id) for b in question.blanks]
    if question.kind is QuestionKind.ORDERING:
        return [PartKey(option=option.id) for option in question.options]
    return [PartKey(option=option.id) for _, option in zip(question.prompts, question.options, strict=False)]


def a_key(question: Question, **values: Any) -> AnswerKey:
    """The key: the first option (the first two of a multiple choice), true, `right`, or 42, also of parts."""
    text = AcceptedText(text="right", weight=100)
    number = AcceptedNumber(low=Decimal(42), high=Decimal(42), weight=100)
    right = {QuestionKind.SINGLE_CHOICE: 1, QuestionKind.MULTIPLE_CHOICE: 2}.get(question.kind, 0)
    return AnswerKey(
        **{
            "question_id": question.id,
            "correct_options": frozenset(option.id for option in question.options[:right]),
            "truth": True if question.kind is QuestionKind.TRUE_FALSE else None,
            "texts": [text] if question.kind is QuestionKind.SHORT_TEXT else [],
            "numbers": [number] if question.kind is QuestionKind.NUMERIC else [],
            "parts": some_parts(question, [text], [number]),
            "explanation": "Because it is so.",
            "option_feedback": {},
        }
        | values
    )


def a_new_question(question: Question, author_id: UserId, **values: Any) -> NewQuestion:
    number = next(_numbers)
    return NewQuestion(
        **{
            "question": question,
            "key": a_key(question),
            "author_id": author_id,
            "name": f"question-{number}",
            "content_hash": f"hash-{number}",
        }
        | values
    )


def a_quiz(exam_type_id: ExamTypeId, author_id: UserId, **values: Any) -> Quiz:
    number = next(_numbers)
    return Quiz(
        **{
            "id": QuizId(mint("quiz")),
            "slug": f"quiz-{number}",
            "title": f"Quiz {number}",
            "description": "",
            "exam_type_id": exam_type_id,
            "author_id": author_id,
            "time_limit": None,
            "pass_mark": 70,
            "feedback": Feedback.AT_END,
            "question_count": 1,
            "closes_at": None,
        }
        | values
    )


def a_new_quiz(quiz: Quiz, questions: list[QuestionId], **values: Any) -> NewQuiz:
    return NewQuiz(
        **{"quiz": quiz, "question_ids": questions, "content_hash": f"hash-{next(_numbers)}"} | values
    )
