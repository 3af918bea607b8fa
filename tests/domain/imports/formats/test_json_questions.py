"""Long files of our JSON format: what is read piece by piece is what is read whole, with the same lines and refusals."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.imports import question_files
from domain.imports.formats import json_questions
from domain.imports.readers import (
    ExamTypeItem,
    QuestionItem,
    QuizItem,
    ReadLimits,
    Record,
    RefusedItem,
)
from domain.imports.reports import Findings
from tests.builders.question_files import a_file, a_question

CONTENT = sorted((Path(question_files.__file__).parents[2] / "content" / "questions").glob("*.json"))


def read(text: str, limits: ReadLimits | None = None) -> list[Record]:
    return list(json_questions.read(io.BytesIO(text.encode()), limits=limits or ReadLimits()))


def refused(records: list[Record]) -> list[tuple[int, str]]:
    return sorted((each.line, each.reason) for each in records if isinstance(each, RefusedItem))


@pytest.mark.parametrize("path", CONTENT, ids=lambda path: path.name)
def test_a_file_is_read_as_if_it_was_read_whole(path: Path) -> None:
    text = path.read_text("utf-8")
    whole = question_files.parse(text, Findings())
    assert whole is not None

    records = read(text)

    assert [each.draft for each in records if isinstance(each, ExamTypeItem)] == [whole.exam_type]
    assert [each.draft for each in records if isinstance(each, QuestionItem)] == whole.questions
    assert [each.draft for each in records if isinstance(each, QuizItem)] == whole.quizzes
    assert refused(records) == []


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("names", [["questions", "quizzes", "examType", "format"], ["quizzes", "format"]])
def test_the_parts_may_be_in_any_order(names: list[str], indent: int | None) -> None:
    file = a_file()
    ordered = {name: file[name] for name in [*names, *(each for each in file if each not in names)]}

    records = read(json.dumps(ordered, indent=indent))

    kinds = [type(each) for each in records]
    assert kinds == [ExamTypeItem, QuestionItem, QuestionItem, QuizItem]


def test_refusals_have_the_lines_of_the_file_and_leave_the_rest() -> None:
    questions = [a_question("one"), a_question("two", prompt=""), a_question("one"), a_question("four")]
    quiz = {"slug": "all", "title": "All", "questions": ["one", "two", "four"]}
    text = json.dumps(a_file(questions=questions, quizzes=[quiz]), indent=1)
    findings = Findings()
    question_files.parse(text, findings)

    records = read(text)

    expected = {(each.line, each.reason) for each in findings.refused if "twice" not in each.reason}
    assert expected <= set(refused(records))
    assert any("one occurs twice" in reason for _, reason in refused(records))
    kept = [each.draft.name for each in records if isinstance(each, QuestionItem)]
    assert kept == ["one", "four"]
    (quiz_item,) = [each for each in records if isinstance(each, QuizItem)]
    assert quiz_item.draft.questions == [0, 1]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "object in braces"),
        ("[]", 1, "object in braces"),
        ('{"format":\n "x"', 2, "comma or a closing brace"),
        ('{"questions": [{"a": 1}\n, ]}', 2, "item is expected"),
        ('{"questions": [{"a": 1}\n {"b": 2}]}', 2, "comma or a closing bracket"),
        ('{"format": "x",}', 1, "name is expected"),
        ("{1: 2}", 1, "name in quotes"),
        ('{"format"\n 2}', 2, "colon"),
        ('{"questions": [\n{"a": tru}]}', 2, "not JSON"),
        ('{"format": "x"}\n\n{}', 3, "more after the end"),
        ('{"a": ' + "[" * 100_000, 1, "nested too deeply"),
    ],
)
def test_a_malformed_file_is_refused_with_its_line(text: str, line: int, reason: str) -> None:
    (only,) = read(text)

    assert isinstance(only, RefusedItem)
    assert only.line == line
    assert reason in only.reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format": "questpath-questions/9"}, "format must be"),
        ({"examType": []}, "examType must be an object"),
        ({"questions": {}}, "questions must be a list"),
        ({"questions": [5]}, "must be an object"),
        ({"examType": {"code": "Not A Slug", "name": "x", "domains": []}}, "code must be"),
    ],
)
def test_a_part_that_breaks_a_rule_is_refused(change: dict[str, Any], reason: str) -> None:
    records = read(json.dumps(a_file(**change)))

    assert any(reason in found for _, found in refused(records))


def test_more_questions_than_the_limit_are_refused() -> None:
    (only,) = read(json.dumps(a_file()), ReadLimits(most_items=1))

    assert isinstance(only, RefusedItem)
    assert "at most 1" in only.reason


def test_a_value_beyond_the_limit_is_refused_before_it_is_held() -> None:
    long = json.dumps(a_file(questions=[a_question("one", prompt="x" * 300_000)]))

    (only,) = read(long)

    assert isinstance(only, RefusedItem)
    assert "200,000 characters" in only.reason


@settings(max_examples=60)
@given(st.lists(st.sampled_from([1, 2, 5, 15]), min_size=1, max_size=60), st.integers(0, 3))
def test_any_number_of_questions_of_any_length_is_read_in_order(lengths: list[int], indent: int) -> None:
    questions = [
        a_question(f"q{n}", prompt="Wet? " + "äöü\\n\n" * 500 * length) for n, length in enumerate(lengths)
    ]
    text = json.dumps(a_file(questions=questions, quizzes=[]), indent=indent or None)

    records = read(text)

    found = [each.draft.name for each in records if isinstance(each, QuestionItem)]
    accepted = [f"q{n}" for n, length in enumerate(lengths) if length < 5]
    assert found == accepted


@given(st.text(alphabet='{}[]",:\\ \nabtrufalsen019.-e', max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert all(isinstance(each, RefusedItem) for each in read(text))
