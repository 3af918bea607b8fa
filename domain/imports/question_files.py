"""Our own format of question files, `questpath-questions/1`: an exam type with questions and quizzes, as JSON."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial

from domain import text
from domain.errors import InvalidInputError
from domain.import_findings import Findings
from domain.imports import json_lines
from domain.imports.json_items import Item
from domain.imports.json_lines import Lined, MalformedJsonError
from domain.imports.question_drafts import DomainDraft, ExamTypeDraft, QuestionDraft, QuestionFile, QuizDraft
from domain.imports.question_items import lose_unread, name_of, question
from domain.quizzes import MOST_DOMAINS, MOST_QUESTIONS, Feedback, checked_slug

FORMAT = "questpath-questions/1"
MOST_FILE_QUESTIONS = 2_000
MOST_FILE_QUIZZES = 200
LONGEST_LIMIT_MINUTES = 24 * 60
DEFAULT_PASS_MARK = 70
_DOMAIN_CODE = re.compile(r"[0-9A-Za-z]+(?:[.-][0-9A-Za-z]+)*")
_name = partial(text.line, field="name", longest=100)
_description = partial(text.prose, field="description", longest=2_000)


def parse(file: str, findings: Findings) -> QuestionFile | None:
    """Read a file; what is wrong with it goes to `findings`, and None means that it could not be read at all."""
    try:
        document = json_lines.read(file)
    except MalformedJsonError as error:
        findings.refuse(error.line, "file", error.message)
        return None
    top = Item(document, (), findings, name="file")
    if top.raw("format") != FORMAT:
        top.refuse(f'format must be "{FORMAT}"', "format")
        return None
    if not isinstance(top.raw("examType"), dict):
        top.refuse("examType must be an object", "examType")
        return None
    for path in document.repeated:
        findings.refuse(document.line(path), str(path[-1]), "the name occurs twice in one object")
    exam_type = _exam_type(Item(document, ("examType",), findings, name="examType"))
    questions = _questions(top, document, exam_type, findings)
    quizzes = _quizzes(top, document, [draft.name for draft in questions])
    lose_unread(top)
    return QuestionFile(format=FORMAT, exam_type=exam_type, questions=questions, quizzes=quizzes)


def _exam_type(item: Item) -> ExamTypeDraft:
    domains = item.items("domains", MOST_DOMAINS, partial(name_of, "code", "domain"))
    draft = ExamTypeDraft(
        code=item.text("code", partial(checked_slug, field="code")),
        name=item.text("name", _name),
        description=item.text("description", _description, default=""),
        domains=[_domain(domain) for domain in domains],
    )
    _refuse_repeated(item, "domains", [domain.code for domain in draft.domains])
    if not draft.domains:
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
    top: Item, document: Lined, exam_type: ExamTypeDraft, findings: Findings
) -> list[QuestionDraft]:
    domains = {domain.code for domain in exam_type.domains}
    items = top.items("questions", MOST_FILE_QUESTIONS, partial(name_of, "key", "question"))
    read = [question(item, document=document, domains=domains, findings=findings) for item in items]
    _refuse_repeated(top, "questions", [draft.name if draft else "" for draft in read])
    return [draft for draft in read if draft is not None]


def _quizzes(top: Item, document: Lined, keys: list[str]) -> list[QuizDraft]:
    places = {key: place for place, key in enumerate(keys)}
    items = list(top.items("quizzes", MOST_FILE_QUIZZES, partial(name_of, "slug", "quiz")))
    read = [_quiz(item, document.line(item.path), places) for item in items]
    _refuse_repeated(top, "quizzes", [quiz.slug for quiz in read])
    return read


def _quiz(item: Item, line: int, places: dict[str, int]) -> QuizDraft:
    minutes = item.integer("timeLimitMinutes", 1, LONGEST_LIMIT_MINUTES)
    mark = item.integer("passMark", 0, 100)
    draft = QuizDraft(
        line=line,
        slug=item.text("slug", partial(checked_slug, field="slug")),
        title=item.text("title", partial(text.line, field="title", longest=200)),
        description=item.text("description", _description, default=""),
        time_limit=None if minutes is None else timedelta(minutes=minutes),
        pass_mark=DEFAULT_PASS_MARK if mark is None else mark,
        feedback=item.choice("feedback", Feedback, default=Feedback.AT_END) or Feedback.AT_END,
        closes_at=_moment(item, "closesAt"),
        questions=_asked(item, places),
    )
    lose_unread(item)
    return draft


def _asked(item: Item, places: dict[str, int]) -> list[int]:
    keys = item.strings("questions", MOST_QUESTIONS)
    for place, key in enumerate(keys):
        if key not in places:
            item.refuse(f"the file has no question {key[:80]}", "questions", place)
    _refuse_repeated(item, "questions", keys)
    if not keys:
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
    item.refuse(f"{field} must be a moment with a time zone, like 2026-01-31T12:00:00Z", field)
    return None


def _refuse_repeated(item: Item, field: str, names: list[str]) -> None:
    seen: set[str] = set()
    for place, name in enumerate(names):
        if name and name in seen:
            item.refuse(f"{name[:80]} occurs twice", field, place)
        seen.add(name)
