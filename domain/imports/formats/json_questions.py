"""Long files of our JSON format, read question by question: only the exam type and the quizzes are held.

The file is read twice, because its parts may be in any order: first for the exam type, the quizzes and the keys of
questions, which quizzes name, then for the questions.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import BinaryIO

from domain.content.exam_types import MOST_DOMAINS
from domain.content.question_kinds.file_items import lose_unread
from domain.entities import entity
from domain.imports import json_lines, question_files
from domain.imports.formats.json_parts import JsonPart, parts_of
from domain.imports.json_items import Item
from domain.imports.json_lines import JsonDocument, MalformedJsonError
from domain.imports.question_drafts import ExamTypeDraft, FileQuiz, QuestionDraft
from domain.imports.question_items import name_of, question
from domain.imports.readers import (
    ExamTypeItem,
    QuestionItem,
    QuizItem,
    ReadLimits,
    Record,
    RefusedItem,
    records_of,
)
from domain.imports.reports import Findings

MOST_QUIZZES = 1_000
_LONGEST_PART = 4_000_000
"""How many characters the exam type, or all quizzes together, may have."""
_QUESTIONS = "questions"


@entity
class _Head:
    """What a file holds beside its questions; `domains` are the codes of its exam type, if these could be read."""

    exam_type: ExamTypeDraft
    domains: set[str] | None
    quizzes: list[tuple[FileQuiz, bool]]


def read(file: BinaryIO, *, limits: ReadLimits) -> Iterator[Record]:
    """Yield the exam type, the questions and the quizzes that are not refused, and each refusal."""
    findings = Findings()
    try:
        head = _head(file, limits, findings)
    except MalformedJsonError as error:
        yield RefusedItem(line=error.line, item="file", reason=error.message)
        return
    yield from records_of(findings)
    if head is None:
        return
    yield ExamTypeItem(draft=head.exam_type)
    kept: dict[int, int] = {}
    keys: set[str] = set()
    file.seek(0)
    items = (part for part in _parts(file, limits) if part.is_item)
    for place, part in enumerate(items):
        draft = _question(part, place, head, keys, findings)
        yield from records_of(findings)
        if draft is not None:
            kept[place] = len(kept)
            yield QuestionItem(draft=draft)
    for quiz, is_accepted in head.quizzes:
        questions = [kept[place] for place in quiz.questions if place in kept]
        if questions and is_accepted:
            yield QuizItem(draft=replace(quiz, questions=questions))


def _parts(file: BinaryIO, limits: ReadLimits) -> Iterator[JsonPart]:
    return parts_of(
        file, items_of=_QUESTIONS, longest_item=4 * limits.longest_item, longest_part=_LONGEST_PART
    )


def _head(file: BinaryIO, limits: ReadLimits, findings: Findings) -> _Head | None:
    """Read all but the questions; None where nothing of the file can be imported."""
    places: dict[str, int] = {}
    others: list[JsonPart] = []
    count = 0
    for part in _parts(file, limits):
        if not part.is_item:
            others.append(part)
            continue
        key = part.value.get("key") if isinstance(part.value, dict) else None
        if isinstance(key, str):
            places.setdefault(key, count)
        count += 1
        if count > limits.most_items:
            findings.refuse(part.line, "file", f"A file may hold at most {limits.most_items} questions.")
            return None
    document = json_lines.read(_written(others))
    top = Item(document, (), findings, name="file")
    if not question_files.is_of_format(top):
        return None
    for path in document.repeated:
        findings.refuse(document.line(path), str(path[-1]), "the name occurs twice in one object", path)
    if top.has(_QUESTIONS):
        top.refuse("questions must be a list", _QUESTIONS)
    item = Item(document, ("examType",), findings, name="examType")
    exam_type = question_files.exam_type_of(item)
    domains = question_files.names_of(item, "domains", MOST_DOMAINS, "code")
    quizzes = _quizzes(top, document, places, findings)
    top.raw(_QUESTIONS)
    lose_unread(top)
    if not findings.accepts(("examType",)):
        return None
    return _Head(exam_type=exam_type, domains=domains, quizzes=quizzes)


def _written(parts: list[JsonPart]) -> str:
    """Write the parts as one object, each name on the line on which the file has it."""
    written, line = ["{"], 1
    for number, part in enumerate(parts):
        comma = "," if number else ""
        text = comma + "\n" * (part.line - line) + json.dumps(part.name) + ":" + part.text
        written.append(text)
        line += text.count("\n")
    return "".join([*written, "}"])


def _quizzes(
    top: Item, document: JsonDocument, places: dict[str, int], findings: Findings
) -> list[tuple[FileQuiz, bool]]:
    """Read the quizzes, each with whether it is accepted."""
    items = list(top.items("quizzes", MOST_QUIZZES, partial(name_of, "slug", "quiz")))
    known = set(places)
    read = [question_files.quiz_of(item, document.line(item.path), places, known) for item in items]
    question_files.refuse_repeated(top, "quizzes", [quiz.slug for quiz in read])
    return [(quiz, findings.accepts(item.path)) for quiz, item in zip(read, items, strict=True)]


def _question(
    part: JsonPart, place: int, head: _Head, keys: set[str], findings: Findings
) -> QuestionDraft | None:
    """Read one question; None where it is refused."""
    document = json_lines.read(part.text)
    lines = {path: line + part.line - 1 for path, line in document.lines.items()}
    document = JsonDocument(value=document.value, lines=lines, repeated=document.repeated)
    name = name_of("key", "question", document.value, place)
    for path in document.repeated:
        findings.refuse(document.line(path), str(path[-1]), "the name occurs twice in one object")
    item = Item(document, (), findings, name=name)
    draft = question(item, document=document, domains=head.domains, findings=findings)
    if draft is not None and draft.name and draft.name in keys:
        item.refuse(f"{draft.name[:80]} occurs twice")
    if draft is None or findings.refused:
        return None
    keys.add(draft.name)
    return replace(draft, path=(_QUESTIONS, place))
