"""Importing files of questions: all or nothing, again without effect, and never telling the key by an id."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.errors import IdempotencyKeyReusedError, InvalidInputError
from domain.ids import UserId
from domain.import_findings import ImportOutcome, ImportReport
from domain.imports import question_imports
from domain.questions import Difficulty, QuestionKind
from domain.quizzes import Feedback
from tests.builders import mint
from tests.builders.question_files import a_file, a_question
from tests.fakes.quizzes import FakeQuizWork

CONTENT = Path(__file__).parents[2] / "content" / "questions"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ADA, BOB = UserId("user_ada"), UserId("user_bob")
GIFT = "::One::Wet?{T}\n\n::Two::Capital?{=Paris ~Lyon}\n"


async def do_import(work: FakeQuizWork, file: dict[str, Any] | str, **options: Any) -> ImportReport:
    text = file if isinstance(file, str) else json.dumps(file, indent=1)
    options = {"author_id": ADA, "now": NOW, "mint": mint} | options
    return await question_imports.import_questions(work, text=text, **options)


async def test_a_file_becomes_an_exam_type_with_domains_questions_and_quizzes() -> None:
    work = FakeQuizWork()

    report = await do_import(work, a_file())

    assert (report.outcome, report.accepted, report.refused, report.losses) == (
        ImportOutcome.STORED,
        2,
        [],
        [],
    )
    quiz = await work.quizzes.by_slug("water")
    assert quiz is not None
    assert (quiz.title, quiz.pass_mark, quiz.feedback, quiz.time_limit) == (
        "Water",
        70,
        Feedback.AT_END,
        None,
    )
    asked = await work.questions.by_ids(await work.quizzes.question_ids(quiz.id))
    assert [question.prompt for question in asked if question] == ["Dry?", "Wet?"]
    (domain,) = await work.exam_types.domains_by_ids([asked[0].domain_id])
    assert (domain.code, domain.weight, domain.exam_type_id) == ("1.1", 60, quiz.exam_type_id)


async def test_the_same_file_again_changes_nothing() -> None:
    work = FakeQuizWork()
    await do_import(work, a_file())
    before = (dict(work.questions.stored), dict(work.quizzes.stored))

    report = await do_import(work, json.dumps(a_file()))

    assert (report.outcome, report.accepted) == (ImportOutcome.UNCHANGED, 2)
    assert (work.questions.stored, work.quizzes.stored) == before


async def test_a_changed_question_is_a_new_one_and_the_quiz_points_to_it() -> None:
    work = FakeQuizWork()
    await do_import(work, a_file())
    quiz = await work.quizzes.by_slug("water")
    old = await work.quizzes.question_ids(quiz.id)
    faces, keys = await work.questions.by_ids(old), await work.questions.keys_by_ids(old)

    report = await do_import(
        work, a_file(questions=[a_question("wet", answer=False), a_question("dry", prompt="Dry?")])
    )

    assert report.outcome is ImportOutcome.STORED
    assert (await work.quizzes.by_slug("water")).id == quiz.id
    new = await work.quizzes.question_ids(quiz.id)
    assert (new[0] == old[0], new[1] == old[1]) == (True, False)
    assert (await work.questions.by_ids(old), await work.questions.keys_by_ids(old)) == (faces, keys)
    assert (await work.questions.keys_by_ids(new))[1].truth is False


async def test_a_dry_run_says_the_same_and_stores_nothing() -> None:
    work = FakeQuizWork()

    report = await do_import(work, a_file(), dry_run=True)

    assert (report.outcome, report.accepted) == (ImportOutcome.DRY_RUN, 2)
    assert (work.exam_types.types, work.questions.stored, work.quizzes.stored) == ({}, {}, {})


async def test_one_bad_item_refuses_the_file() -> None:
    work = FakeQuizWork()

    report = await do_import(work, a_file(questions=[a_question("wet"), a_question("dry", answer="yes")]))

    assert report.outcome is ImportOutcome.REFUSED
    (finding,) = report.refused
    assert (finding.item, finding.line) == ("dry", 27)
    assert (work.exam_types.types, work.questions.stored, work.quizzes.stored) == ({}, {}, {})


async def test_another_authors_slug_is_refused() -> None:
    work = FakeQuizWork()
    await do_import(work, a_file())

    report = await do_import(work, a_file(), author_id=BOB)

    assert [finding.item for finding in report.refused] == ["water"]
    assert {author for author, _ in work.questions.stored} == {ADA}


async def test_a_shared_exam_type_gets_new_domains_and_keeps_what_it_has() -> None:
    work = FakeQuizWork()
    await do_import(work, a_file())
    exam_type = {
        "code": "exam",
        "name": "Renamed",
        "domains": [{"code": "1.1", "name": "Renamed"}, {"code": "1.2", "name": "Second", "weight": 40}],
    }

    report = await do_import(work, a_file(examType=exam_type))

    assert report.outcome is ImportOutcome.STORED
    assert [finding.item for finding in report.losses] == ["1.1", "exam"]
    stored = await work.exam_types.by_code("exam")
    (domains,) = await work.exam_types.domains_of([stored.id])
    assert (stored.name, [domain.name for domain in domains]) == ("Exam", ["First", "Second"])


async def test_a_gift_file_becomes_one_quiz_of_the_general_exam_type() -> None:
    work = FakeQuizWork()

    report = await do_import(work, GIFT, title="Été: a first quiz!")
    again = await do_import(work, GIFT.replace("\n", "\r\n"), title="Été: a first quiz!")

    assert (report.format, report.accepted, report.outcome) == ("gift", 2, ImportOutcome.STORED)
    assert again.outcome is ImportOutcome.UNCHANGED
    quiz = await work.quizzes.by_slug("ete-a-first-quiz")
    assert (quiz.title, quiz.question_count) == ("Été: a first quiz!", 2)
    assert (await work.exam_types.by_ids([quiz.exam_type_id]))[0].code == "general"


async def test_a_repeated_question_of_a_gift_file_is_left_out() -> None:
    work = FakeQuizWork()

    report = await do_import(work, GIFT + "\nWet?{T}")

    assert (report.outcome, report.accepted) == (ImportOutcome.STORED, 2)
    assert [(loss.line, "line 1" in loss.reason) for loss in report.losses] == [(5, True)]


async def test_two_names_for_one_question_are_refused() -> None:
    report = await do_import(FakeQuizWork(), a_file(questions=[a_question("wet"), a_question("dry")]))

    assert [finding.item for finding in report.refused] == ["dry"]


async def test_a_gift_file_goes_to_the_exam_type_that_is_named() -> None:
    work = FakeQuizWork()
    await do_import(work, a_file())

    report = await do_import(work, GIFT, exam_type_code="exam")

    assert (report.outcome, report.losses) == (ImportOutcome.STORED, [])
    assert list(work.exam_types.types) == ["exam"]
    assert [domain.code for domain in work.exam_types.domains.values()] == ["1.1", "general"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("just some prose\n\nand more of it", 1),
        ("{", 1),
        ('{\n"format": oops}', 2),
        ('{"format": "questpath-roadmap/1"}', 1),
        ('{"format": "questpath-questions/1"}', 1),
        ('{"format": "questpath-questions/1", "examType": 3}', 1),
        ("[]", 1),
        ('{"a":' * 100_000, 1),
        ("{\0}", 1),
        ("Wet?{T}\n\nNul \0?{T}", 3),
        ("\n\n".join(f"Question {n}?{{T}}" for n in range(201)), 401),
    ],
)
async def test_a_file_that_is_not_what_it_claims_is_refused_with_a_line(text: str, line: int) -> None:
    work = FakeQuizWork()

    report = await do_import(work, text)

    assert (report.outcome, report.refused[0].line) == (ImportOutcome.REFUSED, line)
    assert (work.exam_types.types, work.questions.stored, work.quizzes.stored) == ({}, {}, {})


@pytest.mark.parametrize(
    ("file", "options", "field"),
    [
        ("x" * 2_000_001, {}, "file"),
        (GIFT, {"exam_type_code": "No Code"}, "examTypeCode"),
        (GIFT, {"exam_type_code": ""}, "examTypeCode"),
        (GIFT, {"title": ""}, "title"),
        (GIFT, {"title": "x" * 1_000_000}, "title"),
        (GIFT, {"title": "nul\0"}, "title"),
        ("{}", {"title": "Mine"}, "title"),
        ("{}", {"exam_type_code": "mine"}, "examTypeCode"),
    ],
)
async def test_a_bad_argument_is_refused_by_field(file: str, options: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        await do_import(FakeQuizWork(), file, **options)

    assert refusal.value.field == field


@pytest.mark.parametrize("text", [path.read_text() for path in sorted(CONTENT.glob("*.json"))])
async def test_our_own_content_is_accepted_whole(text: str) -> None:
    work = FakeQuizWork()

    report = await do_import(work, text)

    assert (report.refused, report.losses) == ([], [])
    assert report.accepted == len(json.loads(text)["questions"]) == len(work.questions.stored)
    kinds = {new.question.kind for new in work.questions.stored.values()}
    assert kinds == set(QuestionKind)
    assert {new.question.difficulty for new in work.questions.stored.values()} == set(Difficulty)


async def test_the_same_key_gives_the_same_report() -> None:
    work = FakeQuizWork()
    asked = {"work": work, "text": GIFT, "author_id": ADA, "now": NOW, "mint": mint, "idempotency_key": "one"}
    first = await question_imports.import_once(**asked)

    again = await question_imports.import_once(**asked)

    assert first.outcome is ImportOutcome.STORED
    assert again == first
    with pytest.raises(IdempotencyKeyReusedError):
        await question_imports.import_once(**asked | {"text": GIFT + "More?{T}"})


async def test_a_dry_run_does_not_use_up_its_key() -> None:
    work = FakeQuizWork()
    asked = {"work": work, "text": GIFT, "author_id": ADA, "now": NOW, "mint": mint, "idempotency_key": "one"}

    dry = await question_imports.import_once(**asked, dry_run=True)
    real = await question_imports.import_once(**asked)

    assert [dry.outcome, real.outcome] == [ImportOutcome.DRY_RUN, ImportOutcome.STORED]
