"""Exam types, questions, quizzes and import reports: one suite over the fakes and the real stores."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.content.answer_keys import AcceptedNumber, AcceptedText
from domain.content.exam_types import ExamDomain, ExamType
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import NewQuestion, Question
from domain.content.quizzes import Feedback, QuizFilter, SlugTakenError
from domain.errors import NotFoundError
from domain.ids import ImportId
from domain.imports.reports import Findings, ImportKind
from domain.paging import window
from persistence.content import exam_types, questions, quizzes
from persistence.imports import reports
from persistence.statements import Statement
from persistence.stores import SqlWork
from tests.builders import a_user, mint
from tests.builders.quizzes import (
    a_domain,
    a_key,
    a_new_question,
    a_new_quiz,
    a_question,
    a_quiz,
    an_exam_type,
)
from tests.fakes.quizzes import FakeQuizWork

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ADA = a_user(handle="author_ada", email="author_ada@example.org")
BOB = a_user(handle="author_bob", email="author_bob@example.org")


@pytest.fixture(params=["fake", "sql"])
async def stores(request: Any, work: SqlWork) -> FakeQuizWork | SqlWork:
    if request.param == "fake":
        return FakeQuizWork()
    for user in (ADA, BOB):
        await work.users.add(user)
    return work


async def an_exam(stores: Any, **values: Any) -> tuple[ExamType, ExamDomain]:
    exam = await stores.exam_types.add(an_exam_type(**values))
    domain = a_domain(exam.id)
    await stores.exam_types.add_domains([domain])
    return exam, domain


async def a_stored(
    stores: Any, *, kind: QuestionKind = QuestionKind.SINGLE_CHOICE, **values: Any
) -> NewQuestion:
    exam, domain = await an_exam(stores)
    new = a_new_question(a_question(kind, exam_type_id=exam.id, domain_id=domain.id), ADA.id, **values)
    await stores.questions.add([new])
    return new


def by_id(question: Question) -> Question:
    return replace(question, options=sorted(question.options, key=lambda option: option.id))


async def test_exam_types_come_by_code(stores: Any) -> None:
    for code in ("b-exam", "a-exam"):
        await stores.exam_types.add(an_exam_type(code=code))

    assert [exam.code for exam in await stores.exam_types.all()] == ["a-exam", "b-exam"]


async def test_an_exam_type_with_a_known_code_stays_as_it_is(stores: Any) -> None:
    first = await stores.exam_types.add(an_exam_type(code="same", name="First"))

    second = await stores.exam_types.add(an_exam_type(code="same", name="Second"))

    assert second == first
    assert await stores.exam_types.by_codes(["other", "same", "same"]) == [None, first, first]


async def test_lookups_answer_one_slot_per_id_in_their_order(stores: Any) -> None:
    exam, domain = await an_exam(stores)
    other, _ = await an_exam(stores)

    found = await stores.exam_types.by_ids([other.id, "examtype_none", exam.id, other.id])
    domains = await stores.exam_types.domains_by_ids(["domain_none", domain.id])

    assert found == [other, None, exam, other]
    assert domains == [None, domain]


async def test_domains_come_per_exam_type_by_code_and_are_not_overwritten(stores: Any) -> None:
    exam, first = await an_exam(stores)
    empty = await stores.exam_types.add(an_exam_type())
    earlier = a_domain(exam.id, code="0.1")

    await stores.exam_types.add_domains([earlier, a_domain(exam.id, code=first.code, name="Another")])

    assert await stores.exam_types.domains_of([empty.id, exam.id, empty.id]) == [[], [earlier, first], []]


@pytest.mark.parametrize("kind", list(QuestionKind))
async def test_a_question_comes_back_with_its_options_by_id(stores: Any, kind: QuestionKind) -> None:
    new = await a_stored(stores, kind=kind)

    (found, missing) = await stores.questions.by_ids([new.question.id, "question_none"])

    assert found == by_id(new.question)
    assert missing is None


async def test_a_key_comes_back_exactly(stores: Any) -> None:
    exam, domain = await an_exam(stores)
    question = a_question(QuestionKind.NUMERIC, exam_type_id=exam.id, domain_id=domain.id)
    key = a_key(
        question,
        texts=[AcceptedText(text='Über "alles"\\', weight=50)],
        numbers=[AcceptedNumber(low=Decimal("-0.10"), high=Decimal("1E+40"), weight=100)],
        option_feedback={"-0.10..1E+40": "well done"},
        explanation="Two\nlines",
    )

    await stores.questions.add([a_new_question(question, ADA.id, key=key)])

    assert await stores.questions.keys_by_ids(["question_none", question.id]) == [None, key]


async def test_the_same_content_of_an_author_is_stored_once(stores: Any) -> None:
    first = await a_stored(stores)
    again = a_new_question(
        replace(first.question, id=a_question().id), ADA.id, content_hash=first.content_hash
    )
    other = a_new_question(replace(first.question, id=a_question().id), ADA.id)

    ids = await stores.questions.add([other, again])

    assert ids == [other.question.id, first.question.id]
    assert await stores.questions.by_ids([again.question.id]) == [None]
    assert await stores.questions.keys_by_ids([again.question.id]) == [None]
    known = await stores.questions.ids_by_hashes([first.content_hash, "unknown"], author_id=ADA.id)
    assert known == [first.question.id, None]


async def test_an_author_reads_the_names_of_their_own_questions(stores: Any) -> None:
    first = await a_stored(stores)

    ids = [first.question.id, a_question().id]
    assert await stores.questions.names_by_ids(ids, author_id=ADA.id) == [first.name, None]
    assert await stores.questions.names_by_ids(ids, author_id=BOB.id) == [None, None]


async def test_two_authors_may_ask_the_same(stores: Any) -> None:
    first = await a_stored(stores)
    bobs = a_new_question(
        replace(first.question, id=a_question().id), BOB.id, content_hash=first.content_hash
    )

    ids = await stores.questions.add([bobs])

    assert ids == [bobs.question.id]


async def test_a_published_quiz_comes_back_by_id_and_slug_with_its_questions_in_order(stores: Any) -> None:
    one, two = await a_stored(stores), await a_stored(stores)
    quiz = a_quiz(
        one.question.exam_type_id,
        ADA.id,
        time_limit=timedelta(minutes=15),
        closes_at=NOW,
        feedback=Feedback.AFTER_EACH,
        question_count=2,
    )

    await stores.quizzes.publish(a_new_quiz(quiz, [two.question.id, one.question.id]), now=NOW)

    assert await stores.quizzes.by_ids(["quiz_none", quiz.id]) == [None, quiz]
    assert await stores.quizzes.by_slug(quiz.slug) == quiz
    assert await stores.quizzes.by_slugs(["none", quiz.slug]) == [None, quiz]
    assert await stores.quizzes.question_ids(quiz.id) == [two.question.id, one.question.id]
    assert await stores.quizzes.question_ids("quiz_none") == []
    assert await stores.quizzes.questions_of(["quiz_none", quiz.id]) == [
        [],
        [two.question.id, one.question.id],
    ]


async def test_publishing_a_slug_again_keeps_the_id_and_replaces_the_content(stores: Any) -> None:
    one, two = await a_stored(stores), await a_stored(stores)
    quiz = a_quiz(one.question.exam_type_id, ADA.id, slug="again")
    await stores.quizzes.publish(a_new_quiz(quiz, [one.question.id]), now=NOW)
    changed = a_quiz(two.question.exam_type_id, ADA.id, slug="again", title="Changed", pass_mark=50)

    published = await stores.quizzes.publish(
        a_new_quiz(changed, [two.question.id], content_hash="second"), now=NOW
    )

    assert published == replace(changed, id=quiz.id)
    assert await stores.quizzes.question_ids(quiz.id) == [two.question.id]
    (known, unknown) = await stores.quizzes.published(["again", "never"])
    assert (known.content_hash, known.author_id, unknown) == ("second", ADA.id, None)


async def test_a_slug_belongs_to_its_author(stores: Any) -> None:
    one = await a_stored(stores)
    quiz = a_quiz(one.question.exam_type_id, ADA.id, slug="adas")
    await stores.quizzes.publish(a_new_quiz(quiz, [one.question.id]), now=NOW)
    bobs = a_quiz(one.question.exam_type_id, BOB.id, slug="adas")

    with pytest.raises(SlugTakenError):
        await stores.quizzes.publish(a_new_quiz(bobs, [one.question.id]), now=NOW)

    assert await stores.quizzes.by_slug("adas") == quiz


async def test_quizzes_page_newest_first_and_by_exam_type(stores: Any) -> None:
    one, other = await a_stored(stores), await a_stored(stores)
    quizzes_of_one = [a_quiz(one.question.exam_type_id, ADA.id) for _ in range(3)]
    for quiz in [*quizzes_of_one, a_quiz(other.question.exam_type_id, ADA.id)]:
        await stores.quizzes.publish(a_new_quiz(quiz, [one.question.id]), now=NOW)
    (exam,) = await stores.exam_types.by_ids([one.question.exam_type_id])

    whole = await stores.quizzes.page(window(first=10), now=NOW)
    first = await stores.quizzes.page(window(first=2), exam_type_code=exam.code, now=NOW)
    second = await stores.quizzes.page(
        window(first=2, after=first.page_info.end_cursor), exam_type_code=exam.code, now=NOW
    )
    last = await stores.quizzes.page(window(last=1), exam_type_code=exam.code, now=NOW)

    assert len(whole.nodes) == 4
    assert first.nodes == [quizzes_of_one[2], quizzes_of_one[1]]
    assert (second.nodes, second.page_info.has_next_page) == ([quizzes_of_one[0]], False)
    assert last.nodes == [quizzes_of_one[0]]
    assert (await stores.quizzes.page(window(), exam_type_code="none", now=NOW)).nodes == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (QuizFilter(), {"free", "timed", "later", "over"}),
        (QuizFilter(query="TID"), {"timed"}),
        (QuizFilter(query="100 %_"), set()),
        (QuizFilter(has_time_limit=True), {"timed"}),
        (QuizFilter(has_time_limit=False), {"free", "later", "over"}),
        (QuizFilter(is_open=True), {"free", "timed"}),
        (QuizFilter(is_open=False), {"later", "over"}),
        (QuizFilter(is_open=True, has_time_limit=False), {"free"}),
    ],
)
async def test_quizzes_are_filtered(stores: Any, asked: QuizFilter, found: set[str]) -> None:
    one = await a_stored(stores)
    hour = timedelta(hours=1)
    values: dict[str, dict[str, Any]] = {
        "free": {"title": "100 percent"},
        "timed": {"title": "The Tides", "time_limit": hour},
        "later": {"opens_at": NOW + hour},
        "over": {"closes_at": NOW},
    }
    for slug, given in values.items():
        quiz = a_quiz(one.question.exam_type_id, ADA.id, slug=slug, **{"time_limit": None} | given)
        await stores.quizzes.publish(a_new_quiz(quiz, [one.question.id]), now=NOW)
    (exam,) = await stores.exam_types.by_ids([one.question.exam_type_id])

    for code in (None, exam.code):
        page = await stores.quizzes.page(window(), asked=asked, exam_type_code=code, now=NOW)
        assert {quiz.slug for quiz in page.nodes} == found


async def test_a_withdrawn_quiz_is_not_listed_and_stays_so_with_new_content(stores: Any) -> None:
    one = await a_stored(stores)
    quiz = a_quiz(one.question.exam_type_id, ADA.id, slug="tides")
    await stores.quizzes.publish(a_new_quiz(quiz, [one.question.id]), now=NOW)

    withdrawn = await stores.quizzes.set_withdrawn(quiz.id, at=NOW)
    changed = await stores.quizzes.publish(
        a_new_quiz(replace(quiz, title="Better"), [one.question.id]), now=NOW + timedelta(hours=1)
    )

    assert withdrawn == replace(quiz, withdrawn_at=NOW)
    assert changed == replace(quiz, title="Better", withdrawn_at=NOW)
    assert (await stores.quizzes.page(window(), now=NOW)).nodes == []
    assert await stores.quizzes.lock(quiz.id) == changed
    (published,) = await stores.quizzes.published(["tides"])
    assert published.withdrawn_at == NOW
    restored = await stores.quizzes.set_withdrawn(quiz.id, at=None)
    assert (
        (await stores.quizzes.page(window(), now=NOW)).nodes == [restored] == [replace(quiz, title="Better")]
    )


async def test_withdrawing_a_quiz_that_is_not_there_is_refused(stores: Any) -> None:
    assert await stores.quizzes.lock("quiz_none") is None
    with pytest.raises(NotFoundError):
        await stores.quizzes.set_withdrawn("quiz_none", at=NOW)


async def test_an_author_finds_their_own_report_again(stores: Any) -> None:
    findings = Findings()
    findings.lose(3, "a question", "it is an essay")
    report = findings.report(format="gift", content_hash="...", accepted=2)
    known = ImportId(mint("import"))

    await stores.import_reports.add(known, report, kind=ImportKind.QUESTIONS, author_id=ADA.id, now=NOW)

    assert await stores.import_reports.by_id(known, author_id=ADA.id) == report
    assert await stores.import_reports.by_id(known, author_id=BOB.id) is None


def test_one_statement_alone_reads_keys() -> None:
    statements = {
        f"{module.__name__}.{name}": value.sql
        for module in (questions, quizzes, exam_types, reports)
        for name, value in vars(module).items()
        if isinstance(value, Statement)
    }

    touching = {name for name, sql in statements.items() if "question_keys" in sql}

    assert touching == {
        "persistence.content.questions._KEYS_BY_IDS",
        "persistence.content.questions._ADD_KEYS",
    }
    assert "questions" not in statements["persistence.content.questions._KEYS_BY_IDS"]
    assert "RETURNING" not in statements["persistence.content.questions._ADD_KEYS"]
