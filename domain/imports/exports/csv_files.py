"""CSV files: writes questions as a table, with a column for each option, its weight and its feedback."""

import csv
import io

from domain.content.question_kinds.key_drafts import FULL
from domain.content.question_kinds.single_choice import ANY_RIGHT
from domain.content.question_kinds.table import QuestionKind
from domain.imports.exports.exported_files import ExportLosses, named_once
from domain.imports.formats.csv_tables.headers import FORMAT, guarded
from domain.imports.question_drafts import QuestionDraft, QuestionFile

_FIRST = ["format", "name", "kind", "difficulty", "prompt", "correct", "grading", "explanation"]
_PARTS = ("option", "weight", "feedback", "match")
_LETTERS = "ABCDEFGHIJKLMNOPQRST"
_NO_BLANKS = "Left out: a table has no place for blanks."
Options = list[tuple[str, str, str, str]]
"""Texts with weight, feedback, and the prompt of a matching that they belong to."""


def write(file: QuestionFile, losses: ExportLosses) -> bytes:
    """Return the questions as CSV; cells that a spreadsheet would compute begin with an apostrophe."""
    losses.only_questions()
    rows = [
        (name, question, _options(question))
        for name, question in named_once(file.questions).items()
        if question.kind is not QuestionKind.CLOZE
    ]
    for question in file.questions:
        if question.kind is QuestionKind.CLOZE:
            losses.add(question.name, _NO_BLANKS)
    most = max((len(options) for _, _, options in rows), default=0)
    used = [any(cells[place] for _, _, options in rows for cells in options) for place in range(4)]
    used[0] = True
    parts = [part for part, is_used in zip(_PARTS, used, strict=True) if is_used]
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow([*_FIRST, *(f"{part}{number}" for number in range(1, most + 1) for part in parts)])
    for name, question, options in rows:
        losses.plain_prompt(question)
        if question.kind is QuestionKind.SHORT_TEXT and "*" in question.key.feedback:
            losses.add(question.name, "The feedback for every other answer is not kept.")
        shown = [[cell for cell, is_used in zip(cells, used, strict=True) if is_used] for cells in options]
        writer.writerow(
            guarded(cell) for cell in [*_row(name, question), *(c for cells in shown for c in cells)]
        )
    return table.getvalue().encode()


def _row(name: str, question: QuestionDraft) -> list[str]:
    return [
        FORMAT,
        name,
        question.kind.value,
        question.difficulty.value,
        _lines(question.prompt),
        _correct(question),
        _grading(question),
        _lines(question.explanation),
    ]


def _grading(question: QuestionDraft) -> str:
    if question.kind is QuestionKind.MULTIPLE_CHOICE:
        return "ALL_OR_NOTHING" if question.key.all_or_nothing else "PARTIAL"
    is_several = sum(option.correct for option in question.key.options) > 1
    return ANY_RIGHT if question.kind is QuestionKind.SINGLE_CHOICE and is_several else ""


def _correct(question: QuestionDraft) -> str:
    if question.key.truth is not None:
        return "TRUE" if question.key.truth else "FALSE"
    options = zip(_LETTERS, question.key.options, strict=False)
    return ";".join(letter for letter, option in options if option.correct)


def _options(question: QuestionDraft) -> Options:
    key = question.key
    if question.kind is QuestionKind.TRUE_FALSE:
        return [
            (word.upper(), "", _lines(key.feedback[word]), "")
            for word in ("true", "false")
            if key.feedback.get(word)
        ]
    if question.kind is QuestionKind.SHORT_TEXT:
        return [(a.text, _weight(a.weight), _lines(key.feedback.get(a.text, "")), "") for a in key.texts]
    if question.kind is QuestionKind.NUMERIC:
        found = [
            (f"{a.low}..{a.high}", _weight(a.weight), _lines(key.feedback.get(f"{a.low}..{a.high}", "")), "")
            for a in key.numbers
        ]
        return found + ([("*", "0", _lines(key.feedback["*"]), "")] if "*" in key.feedback else [])
    used = [(prompt.option, _lines(prompt.text)) for prompt in key.prompts]
    unused = set(range(len(key.options))) - {place for place, _ in used}
    return [
        (_lines(key.options[place].text), "", _lines(key.options[place].feedback), prompt)
        for place, prompt in [*used, *((place, "") for place in sorted(unused))]
    ]


def _weight(weight: int) -> str:
    return "" if weight == FULL else str(weight)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")
