"""Questions and quizzes as a file describes them, before they have ids."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from domain.content.question_kinds.key_drafts import KeyDraft
from domain.content.question_kinds.key_faults import text_faults
from domain.content.question_kinds.prompt_formats import PromptFormat, markdown_faults
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.content.quizzes import Feedback
from domain.entities import entity
from domain.imports.json_lines import Path


@entity
class Picture:
    """An image beside a prompt, for files that hold images: the name of its file, its bytes, and what it shows."""

    name: str
    content: bytes
    alt: str


@entity
class QuestionDraft:
    """A question and its key; `domain` is the code of its domain, `path` leads to it in a JSON file."""

    line: int
    path: Path
    name: str
    domain: str
    kind: QuestionKind
    difficulty: Difficulty
    prompt: str
    explanation: str
    key: KeyDraft
    prompt_format: PromptFormat = PromptFormat.PLAIN
    pictures: tuple[Picture, ...] = ()


@entity
class FileQuiz:
    """A quiz; `questions` are indexes into the file's list of questions.

    `is_slug_made` says that the slug was made from a title or a hash, because the file names none.
    """

    line: int
    slug: str
    title: str
    description: str
    time_limit: timedelta | None
    pass_mark: int
    feedback: Feedback
    closes_at: datetime | None
    questions: list[int]
    is_slug_made: bool = False


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
    """The content of a file of any format."""

    format: str
    exam_type: ExamTypeDraft
    questions: list[QuestionDraft]
    quizzes: list[FileQuiz]


def faults(draft: QuestionDraft) -> Iterator[str]:
    """Yield what is wrong with a question, as sentences."""
    yield from text_faults("The prompt", [draft.prompt], at="prompt", shortest=1)
    if draft.prompt_format is PromptFormat.MARKDOWN:
        yield from markdown_faults(draft.prompt)
    yield from text_faults("The explanation", [draft.explanation], at="explanation")
    yield from text_faults("Feedback {}", draft.key.feedback.values(), at="feedback[{}]")
    yield from draft.kind.rules.faults(draft.key)
    yield from draft.kind.rules.prompt_faults(draft.prompt, draft.key)


def content_hash(draft: QuestionDraft, *, exam_type: str) -> str:
    """Return a hash of all that a question says; its name, its line and the order of options do not count."""
    key = draft.key
    options, texts, numbers = _answers(key)
    asked = [draft.kind.value, draft.difficulty.value, draft.prompt, options, key.all_or_nothing]
    right = [key.truth, texts, numbers, draft.explanation, sorted(key.feedback.items())]
    shown = [] if draft.prompt_format is PromptFormat.PLAIN else [draft.prompt_format.value]
    return digest([exam_type, draft.domain, asked, right, *_arrangement(key), *shown])


def in_markdown(draft: QuestionDraft, losses: list[str]) -> QuestionDraft:
    """Return a question whose prompt a file calls Markdown; it stays plain text where it has more than the subset."""
    if next(markdown_faults(draft.prompt), None) is None:
        return replace(draft, prompt_format=PromptFormat.MARKDOWN)
    losses.append("The prompt has Markdown that is not kept, and becomes plain text.")
    return draft


def _answers(key: KeyDraft) -> list[list[Any]]:
    return [
        sorted([o.text, o.correct, o.feedback] for o in key.options),
        [[t.text, t.weight] for t in key.texts],
        [[str(n.low), str(n.high), n.weight] for n in key.numbers],
    ]


def _arrangement(key: KeyDraft) -> list[Any]:
    """Return the right order, the pairs and the blanks of a key; nothing for the kinds without these."""
    if key.ordered:
        return [[option.text for option in key.options]]
    if key.prompts:
        return [[[prompt.text, key.options[prompt.option].text] for prompt in key.prompts]]
    return [[*_answers(blank), sorted(blank.feedback.items())] for blank in key.blanks]


def quiz_hash(draft: FileQuiz, questions: list[str], *, exam_type: str) -> str:
    """Return a hash of all that a quiz says, given the hashes of its questions in order."""
    limit = None if draft.time_limit is None else draft.time_limit.total_seconds()
    rules = [limit, draft.pass_mark, draft.feedback.value, str(draft.closes_at)]
    return digest([exam_type, draft.slug, draft.title, draft.description, rules, questions])


def digest(content: list[Any]) -> str:
    """Return the SHA-256 of a list of plain values."""
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()
