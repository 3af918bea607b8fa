"""Question files of our JSON format, `questpath-questions/1`: an exam type with questions and quizzes."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial

from domain import text
from domain.content.exam_types import MOST_DOMAINS
from domain.content.question_kinds.file_items import lose_unread
from domain.content.quizzes import MOST_QUESTIONS, Feedback, checked_slug
from domain.errors import InvalidInputError
from domain.imports import json_lines
from domain.imports.json_items import Item
from domain.imports.json_lines import JsonDocument, MalformedJsonError
from domain.imports.question_drafts import DomainDraft, ExamTypeDraft, FileQuiz, QuestionDraft, QuestionFile
from domain.imports.question_items import name_of, question
from domain.imports.reports import Findings

FORMAT = "questpath-questions/1"
MOST_FILE_QUESTIONS = 2_000
MOST_FILE_QUIZZES = 200
LONGEST_LIMIT_MINUTES = 24 * 60
DEFAULT_PASS_MARK = 70
_DOMAIN_CODE = re.compile(r"[0-9A-Za-z]+(?:[.-][0-9A-Za-z]+)*")
_name = partial(text.line, field="name", longest=100)
_description = partial(text.prose, field="description", longest=2_000)


def parse(file: str, findings: Findings) -> QuestionFile | None:
    """Read a file; faults go to `findings`. Return None where it could not be read at all."""
    try:
        document = json_lines.read(file)
    except MalformedJsonError as error:
        findings.refuse(error.line, "file", error.message)
        return None
    top = Item(document, (), findings, name="file")
    if not is_of_format(top):
        return None
    for path in document.repeated:
        findings.refuse(document.line(path), str(path[-1]), "the name occurs twice in one object", path)
    item = Item(document, ("examType",), findings, name="examType")
    exam_type, domains = exam_type_of(item), names_of(item, "domains", MOST_DOMAINS, "code")
    questions = _questions(top, document, domains, findings)
    quizzes = _quizzes(top, document, questions)
    lose_unread(top)
    return QuestionFile(format=FORMAT, exam_type=exam_type, questions=questions, quizzes=quizzes)


def is_of_format(top: Item) -> bool:
    """Tell whether the file names the format and has an exam type; refuse it otherwise."""
    if top.raw("format") != FORMAT:
        top.refuse(f'format must be "{FORMAT}"', "format")
        return False
    if not isinstance(top.raw("examType"), dict):
        top.refuse("examType must be an object", "examType")
        return False
    return True


def recognises(head: bytes, _names: tuple[str, ...]) -> bool:
    """Tell whether a file is an object of JSON that names questions, or a format of questions."""
    return head.lstrip().startswith(b"{") and (b"questpath-questions/" in head or b'"questions"' in head)


def names_of(item: Item, field: str, most: int, name: str) -> set[str] | None:
    """Return the names in a list, those of refused items included; None where the list cannot be read.

    A reference to an item that is refused is no fault of its own.
    """
    if not item.complete(field, most):
        return None
    listed = [value.get(name) for value in item.raw(field) or [] if isinstance(value, dict)]
    return {value for value in listed if isinstance(value, str)}


def exam_type_of(item: Item) -> ExamTypeDraft:
    """Read the exam type with its domains."""
    domains = item.items("domains", MOST_DOMAINS, partial(name_of, "code", "domain"))
    draft = ExamTypeDraft(
        code=item.text("code", partial(checked_slug, field="code")),
        name=item.text("name", _name),
        description=item.text("description", _description, default=""),
        domains=[_domain(domain) for domain in domains],
    )
    refuse_repeated(item, "domains", [domain.code for domain in draft.domains])
    if item.raw("domains") in (None, []):
        item.refuse("domains must name at least one domain", "domains")
    lose_unread(item)
    return draft


def _domain(item: Item) -> DomainDraft:
    code, name = item.text("code", _domain_code), item.text("name", _name)
    draft = DomainDraft(code=code, name=name, weight=item.integer("weight", 0, 100) or 0)
    lose_unread(item)
    return draft


def _domain_code(value: str) -> str:
    if len(value) > 20 or not _DOMAIN_CODE.fullmatch(value):  # noqa: PLR2004 - said in the sentence
        raise InvalidInputError("code must be like 2.3, at most 20 characters.", field="code")
    return value


def _questions(
    top: Item, document: JsonDocument, domains: set[str] | None, findings: Findings
) -> list[QuestionDraft]:
    items = top.items("questions", MOST_FILE_QUESTIONS, partial(name_of, "key", "question"))
    read = [question(item, document=document, domains=domains, findings=findings) for item in items]
    refuse_repeated(top, "questions", [draft.name if draft else "" for draft in read])
    return [draft for draft in read if draft is not None]


def _quizzes(top: Item, document: JsonDocument, questions: list[QuestionDraft]) -> list[FileQuiz]:
    places = {draft.name: place for place, draft in enumerate(questions)}
    known = names_of(top, "questions", MOST_FILE_QUESTIONS, "key")
    items = list(top.items("quizzes", MOST_FILE_QUIZZES, partial(name_of, "slug", "quiz")))
    read = [quiz_of(item, document.line(item.path), places, known) for item in items]
    refuse_repeated(top, "quizzes", [quiz.slug for quiz in read])
    return read


def quiz_of(item: Item, line: int, places: dict[str, int], known: set[str] | None) -> FileQuiz:
    """Read a quiz; `places` are the numbers of questions by their keys, `known` all keys, those of refused ones too."""
    minutes = item.integer("timeLimitMinutes", 1, LONGEST_LIMIT_MINUTES)
    pass_mark = item.integer("passMark", 0, 100)
    draft = FileQuiz(
        line=line,
        slug=item.text("slug", partial(checked_slug, field="slug")),
        title=item.text("title", partial(text.line, field="title", longest=200)),
        description=item.text("description", _description, default=""),
        time_limit=None if minutes is None else timedelta(minutes=minutes),
        pass_mark=DEFAULT_PASS_MARK if pass_mark is None else pass_mark,
        feedback=item.choice("feedback", Feedback, default=Feedback.AT_END) or Feedback.AT_END,
        closes_at=_moment(item, "closesAt"),
        questions=_asked(item, places, known),
    )
    lose_unread(item)
    return draft


def _asked(item: Item, places: dict[str, int], known: set[str] | None) -> list[int]:
    keys = item.strings("questions", MOST_QUESTIONS)
    for place, key in enumerate(keys):
        if known is not None and key not in places and key not in known:
            item.refuse(f"the file has no question {key[:80]}", "questions", place)
    refuse_repeated(item, "questions", keys)
    if item.raw("questions") in (None, []):
        item.refuse("questions must name at least one question", "questions")
    return [places[key] for key in keys if key in places]


def _moment(item: Item, field: str) -> datetime | None:
    value = item.raw(field)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo:
            return moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        pass
    item.refuse(f"{field} must be a date and time with a time zone, like 2026-01-31T12:00:00Z", field)
    return None


def refuse_repeated(item: Item, field: str, names: list[str]) -> None:
    """Refuse each name that a list has twice."""
    seen: set[str] = set()
    for place, name in enumerate(names):
        if name and name in seen:
            item.refuse(f"{name[:80]} occurs twice", field, place)
        seen.add(name)
