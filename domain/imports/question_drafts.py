"""Questions and quizzes as a file describes them, before they have ids."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Context, Decimal
from typing import Any

from domain import text
from domain.answers import LONGEST_TEXT
from domain.entities import entity
from domain.errors import InvalidInputError
from domain.grading import normal_text
from domain.questions import AcceptedNumber, AcceptedText, Difficulty, QuestionKind
from domain.quizzes import Feedback

LONGEST_PROSE = 10_000
LONGEST_OPTION = 2_000
MOST_OPTIONS = 20
MOST_ACCEPTED = 50
FULL = 100
_CHOICES = {QuestionKind.SINGLE_CHOICE, QuestionKind.MULTIPLE_CHOICE}
_EXACT = Context(prec=200)
"""Wide enough for the sum of any two numbers of 50 digits and a power of ten up to 50."""


@entity
class OptionDraft:
    """An option with what only the key says of it."""

    text: str
    correct: bool
    feedback: str = ""


@entity
class QuestionDraft:
    """A question and its key; `domain` is the code of its domain, `feedback` as in `AnswerKey`, but by text."""

    line: int
    name: str
    domain: str
    kind: QuestionKind
    difficulty: Difficulty
    prompt: str
    explanation: str
    options: list[OptionDraft]
    all_or_nothing: bool
    truth: bool | None
    texts: list[AcceptedText]
    numbers: list[AcceptedNumber]
    feedback: dict[str, str]


@entity
class QuizDraft:
    """A quiz; `questions` are places in the file's list of questions."""

    line: int
    slug: str
    title: str
    description: str
    time_limit: timedelta | None
    pass_mark: int
    feedback: Feedback
    closes_at: datetime | None
    questions: list[int]


@entity
class DomainDraft:
    """A domain of the exam type."""

    code: str
    name: str
    weight: int


@entity
class ExamTypeDraft:
    """The exam type that every question of a file belongs to."""

    code: str
    name: str
    description: str
    domains: list[DomainDraft]


@entity
class QuestionFile:
    """What a file says, whatever its format."""

    format: str
    exam_type: ExamTypeDraft
    questions: list[QuestionDraft]
    quizzes: list[QuizDraft]


def faults(draft: QuestionDraft) -> Iterator[str]:
    """Yield what is wrong with a question, as sentences."""
    yield from _texts(
        ("The prompt", draft.prompt, LONGEST_PROSE, 1),
        ("The explanation", draft.explanation, LONGEST_PROSE, 0),
    )
    yield from _texts(*(("A feedback", told, LONGEST_PROSE, 0) for told in draft.feedback.values()))
    if draft.kind in _CHOICES:
        yield from _option_faults(draft)
    elif draft.kind is QuestionKind.TRUE_FALSE:
        if draft.truth is None:
            yield "It does not say whether true or false is right."
    else:
        yield from _accepted_faults(draft)


def around(value: Decimal, tolerance: Decimal, weight: int) -> AcceptedNumber:
    """Accept what is at most `tolerance` away from the value; both ends count."""
    low, high = _EXACT.subtract(value, tolerance), _EXACT.add(value, tolerance)
    return AcceptedNumber(low=low, high=high, weight=weight)


def content_hash(draft: QuestionDraft, *, exam_type: str) -> str:
    """Return a hash of all that a question says; its name, its line and the order of options do not count."""
    options = sorted([o.text, o.correct, o.feedback] for o in draft.options)
    texts = [[t.text, t.weight] for t in draft.texts]
    numbers = [[str(n.low), str(n.high), n.weight] for n in draft.numbers]
    asked = [draft.kind.value, draft.difficulty.value, draft.prompt, options, draft.all_or_nothing]
    key = [draft.truth, texts, numbers, draft.explanation, sorted(draft.feedback.items())]
    return digest([exam_type, draft.domain, asked, key])


def quiz_hash(draft: QuizDraft, questions: list[str], *, exam_type: str) -> str:
    """Return a hash of all that a quiz says, given the hashes of its questions in order."""
    limit = None if draft.time_limit is None else draft.time_limit.total_seconds()
    rules = [limit, draft.pass_mark, draft.feedback.value, str(draft.closes_at)]
    return digest([exam_type, draft.slug, draft.title, draft.description, rules, questions])


def digest(content: list[Any]) -> str:
    """Return the SHA-256 of a list of plain values."""
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()


def _texts(*named: tuple[str, str, int, int]) -> Iterator[str]:
    for name, value, longest, shortest in named:
        try:
            text.prose(value, field=name, longest=longest, shortest=shortest)
        except InvalidInputError as error:
            yield error.message


def _option_faults(draft: QuestionDraft) -> Iterator[str]:
    yield from _texts(*(("An option", o.text, LONGEST_OPTION, 1) for o in draft.options))
    yield from _texts(*(("A feedback", o.feedback, LONGEST_PROSE, 0) for o in draft.options))
    if not 2 <= len(draft.options) <= MOST_OPTIONS:  # noqa: PLR2004 - a choice needs two
        yield f"A choice needs 2 to {MOST_OPTIONS} options, and this one has {len(draft.options)}."
    if len({o.text for o in draft.options}) < len(draft.options):
        yield "Two options are the same."
    if not any(o.correct for o in draft.options):
        yield "No option is right."


def _accepted_faults(draft: QuestionDraft) -> Iterator[str]:
    accepted = draft.texts if draft.kind is QuestionKind.SHORT_TEXT else draft.numbers
    yield from _texts(*(("An accepted text", t.text, LONGEST_TEXT, 1) for t in draft.texts))
    if not 1 <= len(accepted) <= MOST_ACCEPTED:
        yield f"It needs 1 to {MOST_ACCEPTED} accepted answers, and has {len(accepted)}."
    if not all(0 <= a.weight <= FULL for a in accepted):
        yield "The weight of an accepted answer must be 0 to 100."
    elif not any(a.weight == FULL for a in accepted):
        yield "No accepted answer has the weight 100."
    if len({normal_text(t.text) for t in draft.texts}) < len(draft.texts):
        yield "Two accepted texts are the same once case and spaces are ignored."
    if any(n.low > n.high for n in draft.numbers):
        yield "A range must go from the lower number to the higher one."
