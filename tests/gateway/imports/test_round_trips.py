"""Round trips: what is exported and imported again says the same, or the export lists what it cannot hold."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, example, given, settings

from domain.content.answer_keys import AcceptedText
from domain.content.question_kinds.cloze import kind_name
from domain.content.question_kinds.key_drafts import KeyDraft, OptionDraft
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.imports.exports.exported_files import ExportFormat, ExportLosses
from domain.imports.exports.file_table import FILE_KINDS
from domain.imports.question_drafts import QuestionDraft
from domain.imports.readers import QuestionFileFormat
from tests.support import file_readers
from tests.support.question_values import a_file, is_normal, meaning, texts_of, valid_questions

HOLDS_TEXT_FEEDBACK = {ExportFormat.JSON, ExportFormat.GIFT, ExportFormat.MOODLE_XML, ExportFormat.CSV}
HOLDS_GRADING = {ExportFormat.JSON, ExportFormat.CSV, ExportFormat.QTI}
HOLDS_DIFFICULTY = {ExportFormat.JSON, ExportFormat.CSV}
PARTS = {QuestionKind.MATCHING, QuestionKind.ORDERING, QuestionKind.CLOZE}
PLAIN = QuestionDraft(
    line=1, path=(), name="name", domain="1.1", kind=QuestionKind.SINGLE_CHOICE, difficulty=Difficulty.MEDIUM,
    prompt="Which?", explanation="", key=KeyDraft(options=[OptionDraft(text="a", correct=True), OptionDraft(text="b", correct=False)]),
)  # fmt: skip
SEVERAL = replace(
    PLAIN, key=KeyDraft(options=[OptionDraft(text=text, correct=text != "b") for text in ("a", "b", "c")])
)
"""A single choice of which each of two options earns everything, as GIFT has it."""
ARROW = replace(
    PLAIN, kind=QuestionKind.SHORT_TEXT, key=KeyDraft(texts=[AcceptedText(text="a -> b", weight=100)])
)
SAID = replace(
    PLAIN,
    kind=QuestionKind.SHORT_TEXT,
    key=KeyDraft(texts=[AcceptedText(text="a", weight=100)], feedback={"a": "b -> c"}),
)


def has_feedback(key: KeyDraft) -> bool:
    return bool(key.feedback) or any(has_feedback(blank) for blank in key.blanks)


def exported(format_: ExportFormat, *questions: QuestionDraft) -> tuple[bytes, dict[str, list[str]]]:
    losses = ExportLosses()
    content = FILE_KINDS[format_].write(a_file(*questions), losses)
    by_item: dict[str, list[str]] = {}
    for loss in losses.listed():
        by_item.setdefault(loss.item, []).append(loss.reason)
    return content, by_item


@pytest.mark.parametrize("format_", ExportFormat)
@given(question=valid_questions)
@example(question=SEVERAL)
@example(question=ARROW)
@example(question=SAID)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
def test_a_question_comes_back_as_it_was_or_the_losses_tell(
    format_: ExportFormat, question: QuestionDraft
) -> None:
    if format_ is ExportFormat.JSON:
        assume(all(is_normal(text) for text in texts_of(question)))
    content, losses = exported(format_, question)
    found = file_readers.read(QuestionFileFormat[format_.value], content)

    told = losses.get(question.name[:80], [])
    if any(reason.startswith("Left out") for reason in told):
        assert found.drafts == []
        return
    assert found.refused == [], content
    (back,) = found.drafts
    if any("missing word" in reason for reason in told):
        assert (format_, question.kind) == (ExportFormat.GIFT, QuestionKind.CLOZE)
        assert back.kind.value == kind_name(question.key.blanks[0])
        return
    loses_said = question.kind in PARTS and any("eedback" in reason for reason in told)
    holds_said = (
        question.kind is QuestionKind.TRUE_FALSE or format_ in HOLDS_TEXT_FEEDBACK
    ) and not loses_said
    assert meaning(back, said_of_answers=holds_said) == meaning(question, said_of_answers=holds_said)
    assert holds_said or not has_feedback(question.key) or any("eedback" in reason for reason in told)
    assert back.key.all_or_nothing == question.key.all_or_nothing or "all or nothing" in "".join(told)
    assert back.prompt_format is question.prompt_format or "Markdown" in "".join(told)
    assert back.difficulty is question.difficulty or "difficulty" in "".join(told)
    assert " ".join(question.name.split())[:100] == back.name


@pytest.mark.parametrize("format_", ExportFormat)
def test_what_a_format_holds_is_in_no_loss(format_: ExportFormat) -> None:
    hard = replace(PLAIN, difficulty=Difficulty.HARD)
    strict = replace(
        PLAIN, name="strict", kind=QuestionKind.MULTIPLE_CHOICE, key=replace(PLAIN.key, all_or_nothing=True)
    )

    _, losses = exported(format_, hard, strict)

    assert ("name" not in losses) == (format_ in HOLDS_DIFFICULTY)
    assert ("strict" not in losses) == (format_ in HOLDS_GRADING)
    assert ("" not in losses) == (format_ is ExportFormat.JSON)


@pytest.mark.parametrize("format_", ExportFormat)
def test_equal_names_stay_apart_and_the_same_questions_are_the_same_bytes(format_: ExportFormat) -> None:
    one, other = PLAIN, replace(PLAIN, prompt="Which else?")

    content, _ = exported(format_, one, other)

    assert content == exported(format_, one, other)[0]
    found = file_readers.read(QuestionFileFormat[format_.value], content)
    assert found.refused == []
    assert [draft.name for draft in found.drafts] == ["name", "name (2)"]


def test_a_cell_that_a_spreadsheet_would_compute_begins_with_an_apostrophe() -> None:
    content, _ = exported(ExportFormat.CSV, replace(PLAIN, prompt='=HYPERLINK("x")'))

    assert "'=HYPERLINK" in content.decode()
    assert ",=" not in content.decode()
