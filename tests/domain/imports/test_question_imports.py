"""Importing files of questions: all or nothing, without effect when repeated, and with ids that do not reveal the key."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.accounts.users import Role
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.content.quizzes import Feedback, SlugTakenError
from domain.errors import IdempotencyKeyReusedError, InvalidInputError
from domain.ids import UserId
from domain.imports import question_imports
from domain.imports.reports import ImportOutcome, ImportReport
from tests.builders.acts import an_act
from tests.builders.question_files import a_file, a_question
from tests.fakes.quizzes import FakeQuizWork

CONTENT = Path(__file__).parents[3] / "content" / "questions"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ADA, BOB = UserId("user_ada"), UserId("user_bob")
GIFT = "::One::Wet?{T}\n\n::Two::Capital?{=Paris ~Lyon}\n"


async def do_import(work: FakeQuizWork, file: dict[str, Any] | str, **options: Any) -> ImportReport:
    text = file if isinstance(file, str) else json.dumps(file, indent=1)
    act = an_act(actor_id=options.pop("author_id", ADA), by_key=options.pop("by_key", False), now=NOW)
    return await question_imports.import_questions(work, act, text=text, **options)


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
    (stored,) = await work.exam_types.by_codes(["exam"])
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


@pytest.mark.parametrize(
    "first",
    [
        "{=Paris ~Lyon} is the capital.",
        "{\n~Lyon\n=Paris} is the capital.",
        "{T} is for true.",
        "{#4} is two and two.",
        "{false#No} is said here.",
        "{} Explain.",
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff", "\n "])
async def test_a_gift_file_may_begin_with_a_brace(first: str, mark: str) -> None:
    report = await do_import(FakeQuizWork(), f"{mark}{first}\n\nWet?{{T}}", title="Mine")

    assert (report.format, report.outcome) == ("gift", ImportOutcome.STORED)


@pytest.mark.parametrize("text", ["{", "{}", '{"a": 1}', "{\n", "{true: 1}", "{'format': 1}"])
async def test_any_other_brace_begins_a_json_file(text: str) -> None:
    report = await do_import(FakeQuizWork(), text)

    assert (report.format, report.outcome) == ("questpath-questions/1", ImportOutcome.REFUSED)


async def test_a_gift_file_without_a_readable_question_is_refused() -> None:
    report = await do_import(FakeQuizWork(), "Pick {=a ~b")

    assert (report.outcome, report.accepted, len(report.refused)) == (ImportOutcome.REFUSED, 0, 1)


async def test_a_broken_question_refuses_a_gift_file() -> None:
    work = FakeQuizWork()

    report = await do_import(work, GIFT + "\n::Three::Pick {=a ~b\n\n::Four::Explain. {}")

    assert (report.outcome, report.accepted) == (ImportOutcome.REFUSED, 2)
    assert [(each.line, each.item) for each in report.refused] == [(5, "Three")]
    assert [(each.line, each.item) for each in report.losses] == [(7, "Four")]


async def test_a_repeated_question_of_a_gift_file_is_left_out() -> None:
    work = FakeQuizWork()

    report = await do_import(work, GIFT + "\nWet?{T}")

    assert (report.outcome, report.accepted) == (ImportOutcome.STORED, 2)
    assert [(loss.line, "line 1" in loss.reason) for loss in report.losses] == [(5, True)]


async def test_two_names_for_one_question_are_refused() -> None:
    report = await do_import(FakeQuizWork(), a_file(questions=[a_question("wet"), a_question("dry")]))

    assert [finding.item for finding in report.refused] == ["dry"]
    assert report.accepted == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"answer": "yes"},
        {"kind": "ESSAY"},
        {"key": 5},
        {"domain": "9.9"},
        {"prompt": ""},
        {"kind": "SHORT_TEXT", "accepted": [{"text": 5}]},
        {"kind": "SINGLE_CHOICE", "options": [{"text": "a", "correct": True}, {"text": "b", "correct": 5}]},
        {"kind": "SINGLE_CHOICE", "options": [{"text": str(n), "correct": n == 0} for n in range(21)]},
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
async def test_refused_questions_are_not_accepted(fault: dict[str, Any], indent: int | None) -> None:
    questions = [
        a_question("wet"),
        a_question("dry", prompt="Dry?") | fault,
        a_question("icy", prompt="Icy?"),
    ]
    file = a_file(questions=questions, quizzes=[{"slug": "w", "title": "W", "questions": ["wet", "icy"]}])

    report = await do_import(FakeQuizWork(), json.dumps(file, indent=indent))

    assert (report.outcome, report.accepted) == (ImportOutcome.REFUSED, 2)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"questions": [a_question(f"q{n}", prompt=f"{n}?") for n in range(2_001)]}, "at most 2000"),
        ({"questions": "all"}, "must be a list"),
        ({"questions": [a_question("wet"), a_question("dry") | {"kind": "ESSAY"}]}, "kind must be"),
        ({"questions": [a_question("wet"), a_question("dry", prompt=5)]}, "prompt must be"),
        ({"examType": {"code": "e", "name": "E", "domains": "all"}}, "must be a list"),
        ({"examType": {"code": "e", "name": "E", "domains": [{"code": "1.1", "name": 5}]}}, "name must be"),
        (
            {
                "examType": {
                    "code": "e",
                    "name": "E",
                    "domains": [{"code": f"1.{n}", "name": "D"} for n in range(41)],
                }
            },
            "at most 40",
        ),
        ({"quizzes": [{"slug": "q", "title": "Q", "questions": ["wet"] * 201}]}, "at most 200"),
        ({"quizzes": [{"slug": "q", "title": "Q", "questions": [5]}]}, "texts only"),
    ],
)
async def test_one_fault_is_one_refusal_whatever_refers_to_it(change: dict[str, Any], reason: str) -> None:
    report = await do_import(FakeQuizWork(), a_file() | change)

    (finding,) = report.refused
    assert reason in finding.reason


async def test_a_gift_file_beyond_a_quiz_is_refused_once() -> None:
    report = await do_import(FakeQuizWork(), "\n\n".join(f"Question {n}?{{T}}" for n in range(700)))

    (finding,) = report.refused
    assert (finding.line, report.accepted) == (401, 200)
    assert "499 after it" in finding.reason


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
    asked = {"work": work, "act": an_act(actor_id=ADA, now=NOW), "text": GIFT, "idempotency_key": "one"}
    first = await question_imports.import_once(**asked)

    again = await question_imports.import_once(**asked)

    assert first.outcome is ImportOutcome.STORED
    assert again == first
    with pytest.raises(IdempotencyKeyReusedError):
        await question_imports.import_once(**asked | {"text": GIFT + "More?{T}"})


async def test_a_dry_run_does_not_use_up_its_key() -> None:
    work = FakeQuizWork()
    asked = {"work": work, "act": an_act(actor_id=ADA, now=NOW), "text": GIFT, "idempotency_key": "one"}

    dry = await question_imports.import_once(**asked, dry_run=True)
    real = await question_imports.import_once(**asked)

    assert [dry.outcome, real.outcome] == [ImportOutcome.DRY_RUN, ImportOutcome.STORED]


def with_domains(*codes: str) -> dict[str, Any]:
    """A file of Bob's that names domains of Ada's exam type."""
    domains = [{"code": code, "name": f"Domain {code}"} for code in codes]
    questions = [a_question(f"bob-{code}", prompt=f"What of {code}?", domain=code) for code in codes]
    quiz = {"slug": "bobs", "title": "Bob's", "questions": [question["key"] for question in questions]}
    return a_file(
        examType={"code": "exam", "name": "Exam", "domains": domains}, questions=questions, quizzes=[quiz]
    )


@pytest.mark.parametrize("dry_run", [True, False])
async def test_each_domain_that_would_be_added_to_the_exam_type_of_another_is_refused_by_name(
    dry_run: bool,
) -> None:
    work = FakeQuizWork()
    await do_import(work, a_file())
    before = dict(work.exam_types.domains)

    report = await do_import(work, with_domains("1.1", "1.2", "1.3"), author_id=BOB, dry_run=dry_run)

    assert report.outcome is ImportOutcome.REFUSED
    assert [finding.item for finding in report.refused] == ["1.2", "1.3"]
    assert all("exam is another author's" in finding.reason for finding in report.refused)
    assert work.exam_types.domains == before


async def test_another_author_uses_the_domains_that_an_exam_type_has() -> None:
    work = FakeQuizWork()
    await do_import(work, a_file())

    report = await do_import(work, with_domains("1.1"), author_id=BOB)

    assert (report.outcome, report.refused) == (ImportOutcome.STORED, [])


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
async def test_a_moderator_adds_domains_to_any_exam_type_but_not_by_an_api_key(role: Role) -> None:
    work = FakeQuizWork()
    work.users.stored[BOB] = [Role.AUTHOR, role]
    await do_import(work, a_file())

    by_key = await do_import(work, with_domains("1.2"), author_id=BOB, by_key=True)
    in_person = await do_import(work, with_domains("1.2"), author_id=BOB)

    assert [by_key.outcome, in_person.outcome] == [ImportOutcome.REFUSED, ImportOutcome.STORED]
    assert [domain.code for domain in work.exam_types.domains.values()] == ["1.1", "1.2"]


async def test_a_gift_file_adds_its_domain_to_no_exam_type_of_another() -> None:
    work = FakeQuizWork()
    await do_import(work, a_file())

    report = await do_import(work, GIFT, exam_type_code="exam", author_id=BOB)

    assert [finding.item for finding in report.refused] == ["general"]


async def test_an_exam_type_that_another_adds_in_the_meantime_stays_theirs() -> None:
    work = FakeQuizWork()
    unseen = work.exam_types.by_codes

    async def not_yet(codes: list[str]) -> list[None]:
        work.exam_types.by_codes = unseen
        await do_import(work, a_file())
        return [None] * len(codes)

    work.exam_types.by_codes = not_yet
    with pytest.raises(SlugTakenError):
        await do_import(work, with_domains("1.2"), author_id=BOB)

    assert [domain.code for domain in work.exam_types.domains.values()] == ["1.1"]
