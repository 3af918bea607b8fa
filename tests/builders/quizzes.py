"""Builders of exam types, questions with keys, and quizzes."""

import itertools
from decimal import Decimal
from typing import Any

from domain.content.answer_keys import AcceptedNumber, AcceptedText, AnswerKey
from domain.content.answers import Option
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
    options = [Option(id=OptionId(mint("option")), text=f"Option {n}") for n in range(4)]
    return Question(
        **{
            "id": QuestionId(mint("question")),
            "exam_type_id": ExamTypeId("examtype_none"),
            "domain_id": ExamDomainId("domain_none"),
            "kind": kind,
            "difficulty": Difficulty.MEDIUM,
            "prompt": f"Question {next(_numbers)}?",
            "options": options if "CHOICE" in kind.value else [],
            "all_or_nothing": False,
        }
        | values
    )


def a_key(question: Question, **values: Any) -> AnswerKey:
    """The key: the first option (the first two of a multiple choice), true, `right`, or 42."""
    right = {QuestionKind.SINGLE_CHOICE: 1, QuestionKind.MULTIPLE_CHOICE: 2}.get(question.kind, 0)
    return AnswerKey(
        **{
            "question_id": question.id,
            "correct_options": frozenset(option.id for option in question.options[:right]),
            "truth": True if question.kind is QuestionKind.TRUE_FALSE else None,
            "texts": [AcceptedText(text="right", weight=100)]
            if question.kind is QuestionKind.SHORT_TEXT
            else [],
            "numbers": [AcceptedNumber(low=Decimal(42), high=Decimal(42), weight=100)]
            if question.kind is QuestionKind.NUMERIC
            else [],
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
