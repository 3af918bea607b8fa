"""Our own format of question files: every field has its rule, and every fault its line."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.content.quizzes import Feedback
from domain.imports import question_files
from domain.imports.reports import Findings
from tests.builders.question_files import a_choice, a_file, a_question, an_accepting


def refusals_of(*questions: dict[str, Any]) -> list[tuple[str, str]]:
    findings = Findings()
    question_files.parse(json.dumps(a_file(questions=list(questions), quizzes=[])), findings)
    return [(finding.item, finding.reason) for finding in findings.refused]


RIGHT, WRONG = {"text": "right", "correct": True}, {"text": "wrong", "correct": False}


@pytest.mark.parametrize(
    "question",
    [
        a_question("q", kind=None),
        a_question("q", kind="ESSAY"),
        a_question("q", domain="9.9"),
        a_question("q", domain=None),
        a_question("q", prompt=""),
        a_question("q", prompt="nul\0"),
        a_question("q", prompt="half \ud800"),
        a_question("q", prompt="x" * 1_000_000),
        a_question("q", difficulty="IMPOSSIBLE"),
        a_question("q", answer=None),
        a_question("q", answer=1),
        a_question("", answer=True),
        a_choice(RIGHT),
        a_choice(WRONG, WRONG | {"text": "also wrong"}),
        a_choice(RIGHT, RIGHT),
        a_choice(RIGHT, RIGHT | {"text": "also right"}),
        a_choice(RIGHT, {"text": "no mark"}),
        a_choice(RIGHT, {"text": 3, "correct": False}),
        a_choice(RIGHT, "wrong"),  # type: ignore[arg-type]
        a_choice(RIGHT, WRONG, kind="MULTIPLE_CHOICE", grading="GENEROUS"),
        an_accepting("SHORT_TEXT"),
        an_accepting("SHORT_TEXT", {"text": "a", "weight": 50}),
        an_accepting("SHORT_TEXT", {"text": "a", "weight": 101}),
        an_accepting("SHORT_TEXT", {"text": "a"}, {"text": " A "}),
        an_accepting("NUMERIC", {"value": 3.14}),
        an_accepting("NUMERIC", {"value": "NaN"}),
        an_accepting("NUMERIC", {"value": "1e999"}),
        an_accepting("NUMERIC", {"value": "1", "tolerance": "-1"}),
        an_accepting("NUMERIC", {"low": "2", "high": "1"}),
        an_accepting("NUMERIC", {"low": "2"}),
        a_question("q", feedbackTrue=1),
        an_accepting("SHORT_TEXT", {"text": "a", "feedback": ["b"]}),
    ],
)
def test_a_bad_question_is_refused(question: dict[str, Any]) -> None:
    assert refusals_of(a_question("fine"), question)


@pytest.mark.parametrize(
    ("question", "feedback"),
    [
        (a_question("q", feedbackTrue="Yes", feedbackFalse="No"), {"true": "Yes", "false": "No"}),
        (
            an_accepting("SHORT_TEXT", {"text": "a", "feedback": "Yes"}) | {"feedbackOther": "No"},
            {"a": "Yes", "*": "No"},
        ),
        (
            an_accepting("NUMERIC", {"low": "1", "high": "2", "feedback": "Yes"}) | {"feedbackOther": "No"},
            {"1..2": "Yes", "*": "No"},
        ),
    ],
)
def test_feedback_for_answers_is_read(question: dict[str, Any], feedback: dict[str, str]) -> None:
    findings = Findings()

    file = question_files.parse(json.dumps(a_file(questions=[question], quizzes=[])), findings)

    assert file is not None
    assert file.questions[0].key.feedback == feedback
    assert (findings.refused, findings.losses) == ([], [])


def test_numbers_may_be_texts_or_integers_with_tolerance_or_ends() -> None:
    findings = Findings()
    numbers = [{"value": "3.14", "tolerance": "0.01"}, {"value": 42, "weight": 50}, {"low": "-1", "high": 0}]
    file = question_files.parse(
        json.dumps(a_file(questions=[an_accepting("NUMERIC", *numbers)], quizzes=[])), findings
    )

    assert findings.refused == []
    assert [(n.low, n.high, n.weight) for n in file.questions[0].key.numbers] == [
        (Decimal("3.13"), Decimal("3.15"), 100),
        (42, 42, 50),
        (-1, 0, 100),
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "Not A Slug"}, "slug"),
        ({"questions": []}, "questions"),
        ({"questions": ["wet", "unknown"]}, "unknown"),
        ({"questions": ["wet", "wet"]}, "twice"),
        ({"passMark": 101}, "passMark"),
        ({"timeLimitMinutes": 0}, "timeLimitMinutes"),
        ({"timeLimitMinutes": 1e9}, "timeLimitMinutes"),
        ({"feedback": "NEVER"}, "feedback"),
        ({"closesAt": "tomorrow"}, "closesAt"),
        ({"closesAt": "2026-01-31T12:00:00"}, "closesAt"),
        ({"title": ""}, "title"),
    ],
)
def test_a_bad_quiz_is_refused(change: dict[str, Any], field: str) -> None:
    findings = Findings()

    question_files.parse(json.dumps(a_file(quizzes=[a_file()["quizzes"][0] | change])), findings)

    assert any(field in finding.reason for finding in findings.refused)


def test_names_that_occur_twice_are_refused() -> None:
    findings = Findings()
    file = a_file(
        questions=[a_question("same"), a_question("same", prompt="Other?")],
        quizzes=[{"slug": "same", "title": "Same", "questions": ["same"]}] * 2,
    )
    file["examType"]["domains"] *= 2

    question_files.parse(json.dumps(file), findings)

    assert sorted(finding.reason for finding in findings.refused) == [
        "1.1 occurs twice",
        "same occurs twice",
        "same occurs twice",
    ]


def test_everything_a_quiz_may_say_is_read() -> None:
    findings = Findings()
    said = {"description": "About\nwater", "timeLimitMinutes": 15, "passMark": 0, "feedback": "AFTER_EACH"}
    quiz = a_file()["quizzes"][0] | said | {"closesAt": "2026-01-31T13:00:00+01:00"}

    file = question_files.parse(json.dumps(a_file(quizzes=[quiz])), findings)

    assert findings.refused == []
    (read,) = file.quizzes
    assert (read.time_limit, read.pass_mark, read.feedback) == (timedelta(minutes=15), 0, Feedback.AFTER_EACH)
    assert read.closes_at == datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert read.questions == [1, 0]


def test_fields_without_a_meaning_are_reported_as_losses() -> None:
    findings = Findings()

    question_files.parse(
        json.dumps(a_file(questions=[a_question("wet", hint="water")], quizzes=[])), findings
    )

    (loss,) = findings.losses
    assert (loss.item, "hint" in loss.reason) == ("wet", True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["key", "kind", "options", "accepted", "text", "questions"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(part=st.sampled_from(["examType", "questions", "quizzes"]), value=JSON)
def test_any_json_is_read_or_refused(part: str, value: Any) -> None:
    findings = Findings()

    question_files.parse(json.dumps(a_file(**{part: value})), findings)
