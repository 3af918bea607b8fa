"""Fakes of the stores of exam types, questions, quizzes and import reports."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from domain.accounts.users import Role
from domain.content.answer_keys import AnswerKey
from domain.content.drawing.pools import QuestionPool
from domain.content.exam_types import MOST_DOMAINS, MOST_EXAM_TYPES, ExamDomain, ExamType
from domain.content.questions import NewQuestion, Question
from domain.content.quizzes import (
    ALL_QUIZZES,
    NewQuiz,
    PublishedContent,
    Quiz,
    QuizFilter,
    SlugTakenError,
)
from domain.errors import NotFoundError
from domain.idempotency import Receipt, ReceiptName
from domain.ids import ExamDomainId, ExamTypeId, ImportId, QuestionId, QuizId, UserId
from domain.imports.reports import ImportKind, ImportReport
from domain.paging import Page, Window, cut, expect


class FakeExamTypes:
    def __init__(self) -> None:
        self.types: dict[str, ExamType] = {}
        self.domains: dict[tuple[str, str], ExamDomain] = {}

    async def all(self) -> list[ExamType]:
        return sorted(self.types.values(), key=lambda t: t.code)[:MOST_EXAM_TYPES]

    async def by_ids(self, ids: list[ExamTypeId]) -> list[ExamType | None]:
        found = {t.id: t for t in self.types.values()}
        return [found.get(key) for key in ids]

    async def by_codes(self, codes: list[str]) -> list[ExamType | None]:
        return [self.types.get(code) for code in codes]

    async def domains_by_ids(self, ids: list[ExamDomainId]) -> list[ExamDomain | None]:
        found = {d.id: d for d in self.domains.values()}
        return [found.get(key) for key in ids]

    async def domains_of(self, ids: list[ExamTypeId]) -> list[list[ExamDomain]]:
        ordered = sorted(self.domains.values(), key=lambda d: d.code)
        return [[d for d in ordered if d.exam_type_id == key][:MOST_DOMAINS] for key in ids]

    async def add(self, new: ExamType) -> ExamType:
        return self.types.setdefault(new.code, new)

    async def add_domains(self, new: list[ExamDomain]) -> None:
        for domain in new:
            self.domains.setdefault((domain.exam_type_id, domain.code), domain)


class FakeQuestions:
    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], NewQuestion] = {}

    async def by_ids(self, ids: list[QuestionId]) -> list[Question | None]:
        found = {n.question.id: n.question for n in self.stored.values()}
        ordered = {key: replace(q, options=sorted(q.options, key=lambda o: o.id)) for key, q in found.items()}
        return [ordered.get(key) for key in ids]

    async def keys_by_ids(self, ids: list[QuestionId]) -> list[AnswerKey | None]:
        found = {n.question.id: n.key for n in self.stored.values()}
        return [found.get(key) for key in ids]

    async def names_by_ids(self, ids: list[QuestionId], *, author_id: UserId) -> list[str | None]:
        found = {n.question.id: n.name for n in self.stored.values() if n.author_id == author_id}
        return [found.get(key) for key in ids]

    async def ids_by_hashes(self, hashes: list[str], *, author_id: UserId) -> list[QuestionId | None]:
        found = [self.stored.get((author_id, h)) for h in hashes]
        return [n and n.question.id for n in found]

    async def add(self, new: list[NewQuestion]) -> list[QuestionId]:
        return [self.stored.setdefault((n.author_id, n.content_hash), n).question.id for n in new]


class FakeQuizzes:
    def __init__(self, code_of: Callable[[ExamTypeId], str | None]) -> None:
        self.stored: dict[str, NewQuiz] = {}
        self._code_of = code_of

    async def by_ids(self, ids: list[QuizId], *, viewer_id: UserId | None = None) -> list[Quiz | None]:
        found = {n.quiz.id: n.quiz for n in self.stored.values() if n.quiz.drawn_for_id in {None, viewer_id}}
        return [found.get(key) for key in ids]

    async def by_slug(self, slug: str) -> Quiz | None:
        (found,) = await self.by_slugs([slug])
        return found

    async def by_slugs(self, slugs: list[str]) -> list[Quiz | None]:
        found = [self.stored.get(slug) for slug in slugs]
        return [n.quiz if n and n.quiz.drawn_for_id is None else None for n in found]

    async def question_ids(self, quiz_id: QuizId) -> list[QuestionId]:
        return next((n.question_ids for n in self.stored.values() if n.quiz.id == quiz_id), [])

    async def questions_of(self, quiz_ids: list[QuizId]) -> list[list[QuestionId]]:
        return [await self.question_ids(id_) for id_ in quiz_ids]

    async def pools(self, ids: Sequence[QuizId]) -> list[list[QuestionPool]]:
        found = {n.quiz.id: n.pools for n in self.stored.values()}
        return [found.get(key, []) for key in ids]

    async def page(
        self,
        window: Window,
        *,
        exam_type_code: str | None = None,
        asked: QuizFilter = ALL_QUIZZES,
        now: datetime,
    ) -> Page[Quiz]:
        key = expect(window, "quizzes", str)
        kept = [
            n.quiz
            for n in self.stored.values()
            if n.quiz.withdrawn_at is None
            and n.quiz.drawn_for_id is None
            and (exam_type_code is None or self._code_of(n.quiz.exam_type_id) == exam_type_code)
            and (asked.query is None or asked.query.lower() in n.quiz.title.lower())
            and asked.has_time_limit in (None, n.quiz.time_limit is not None)
            and asked.is_open in (None, _is_open(n.quiz, now))
        ]
        kept.sort(key=lambda quiz: quiz.id, reverse=not window.backward)
        if key is not None:
            kept = [q for q in kept if (q.id > key[0] if window.backward else q.id < key[0])]
        return cut(kept[: window.size + 1], window, lambda quiz: (quiz.id,), "quizzes")

    async def lock(self, quiz_id: QuizId) -> Quiz | None:
        (found,) = await self.by_ids([quiz_id])
        return found

    async def set_withdrawn(self, quiz_id: QuizId, *, at: datetime | None) -> Quiz:
        found = await self.lock(quiz_id)
        if found is None:
            raise NotFoundError("none")
        quiz = replace(found, withdrawn_at=at)
        self.stored[quiz.slug] = replace(self.stored[quiz.slug], quiz=quiz)
        return quiz

    async def published(self, slugs: list[str]) -> list[PublishedContent | None]:
        found = [self.stored.get(slug) for slug in slugs]
        return [
            n
            and PublishedContent(
                slug=n.quiz.slug,
                author_id=n.quiz.author_id,
                content_hash=n.content_hash,
                withdrawn_at=n.quiz.withdrawn_at,
            )
            for n in found
        ]

    async def publish(self, new: NewQuiz, *, now: datetime) -> Quiz:
        there = self.stored.get(new.quiz.slug)
        if there is not None and (there.quiz.drawn_for_id or there.quiz.author_id != new.quiz.author_id):
            raise SlugTakenError("taken")
        kept = {} if there is None else {"id": there.quiz.id, "withdrawn_at": there.quiz.withdrawn_at}
        quiz = replace(new.quiz, **kept)
        self.stored[quiz.slug] = replace(new, quiz=quiz)
        return quiz


class FakeImportReports:
    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], ImportReport] = {}

    async def add(
        self, id: ImportId, report: ImportReport, *, kind: ImportKind, author_id: UserId, now: datetime
    ) -> None:
        self.stored[id, author_id] = report

    async def by_id(self, id: ImportId, *, author_id: UserId) -> ImportReport | None:
        return self.stored.get((id, author_id))


class FakeReceipts:
    def __init__(self) -> None:
        self.stored: dict[tuple[str, str, str], Receipt] = {}

    async def claim(
        self, *, user_id: UserId, operation: str, key: str, receipt: Receipt, now: datetime
    ) -> Receipt | None:
        there = self.stored.setdefault((user_id, operation, key), receipt)
        return None if there is receipt else there

    async def forget(self, *, before: datetime, after: ReceiptName, most: int) -> ReceiptName | None:
        raise AssertionError("importing questions does not forget receipts")


class FakeRoles:
    """The roles of users who have more than LEARNER."""

    def __init__(self) -> None:
        self.stored: dict[UserId, list[Role]] = {}

    async def roles_of(self, user_id: UserId) -> list[Role] | None:
        return self.stored.get(user_id)


class FakeQuizWork:
    """The stores that importing questions uses."""

    def __init__(self) -> None:
        self.users = FakeRoles()
        self.exam_types = FakeExamTypes()
        self.questions = FakeQuestions()
        self.quizzes = FakeQuizzes(self._code_of)
        self.import_reports = FakeImportReports()
        self.receipts = FakeReceipts()

    def _code_of(self, id: ExamTypeId) -> str | None:
        return next((t.code for t in self.exam_types.types.values() if t.id == id), None)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"importing questions does not use {name}")


def _is_open(quiz: Quiz, now: datetime) -> bool:
    return not quiz.is_closed(now) and (quiz.opens_at is None or quiz.opens_at <= now)
