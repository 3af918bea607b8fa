"""Builders of attempt facts and of exam types with their domains."""

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from domain.analytics.learner_analytics import AttemptFacts, DomainCount
from domain.content.exam_types import ExamDomain, ExamType
from domain.ids import AttemptId, ExamDomainId, ExamTypeId, QuizId
from tests.builders import mint
from tests.builders.streaks import ADA


def an_exam_type(code: str, **values: Any) -> ExamType:
    given = {
        "id": ExamTypeId(mint("examtype")),
        "code": code,
        "name": code.title(),
        "description": "",
        "author_id": None,
    }
    return ExamType(**(given | values))


def an_exam_domain(exam_type: ExamType, code: str) -> ExamDomain:
    return ExamDomain(
        id=ExamDomainId(mint("domain")), exam_type_id=exam_type.id, code=code, name=f"Part {code}", weight=10
    )


def facts(exam_type: ExamType, day: date, score: str = "50", **values: Any) -> AttemptFacts:
    """The facts of an attempt with a score in percent, a decimal or a fraction."""
    given = {
        "user_id": ADA,
        "attempt_id": AttemptId(mint("attempt")),
        "quiz_id": QuizId(mint("quiz")),
        "exam_type_id": exam_type.id,
        "local_date": day,
        "finished_at": datetime(2026, 3, 2, 9, tzinfo=UTC),
        "score": Fraction(score) / 100,
        "passed": True,
        "questions": 10,
        "correct": 5,
        "seconds": 90,
        "domains": [],
    }
    return AttemptFacts(**(given | values))


def count(domain: ExamDomain, correct: int, attempts: int) -> DomainCount:
    return DomainCount(domain_id=domain.id, attempts=attempts, correct=correct)
