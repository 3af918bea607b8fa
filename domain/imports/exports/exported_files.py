"""Exported files: questions or a roadmap in a format, with what the format cannot hold."""

from base64 import b64encode
from collections.abc import Callable, Iterable
from enum import Enum

from domain.content.question_kinds.prompt_formats import PromptFormat
from domain.content.question_kinds.table import QuestionKind
from domain.entities import entity
from domain.imports.question_drafts import QuestionDraft, QuestionFile

PACKAGE = "application/zip"
MOST_LOSSES = 500
"""How many losses an export lists; its last entry counts the rest."""
_ONLY_QUESTIONS = (
    "Only the questions are in the file: no exam type, no domains, no title, times or pass mark of the quiz."
)
_LONGEST_ITEM = 80


EXPORTED_KINDS = frozenset(
    {
        QuestionKind.SINGLE_CHOICE,
        QuestionKind.MULTIPLE_CHOICE,
        QuestionKind.TRUE_FALSE,
        QuestionKind.SHORT_TEXT,
        QuestionKind.NUMERIC,
        QuestionKind.MATCHING,
        QuestionKind.ORDERING,
        QuestionKind.CLOZE,
    }
)
"""The kinds that every writer knows; questions of others are losses."""


class ExportFormat(Enum):
    """The formats in which the questions of a quiz can be exported."""

    JSON = "JSON"
    GIFT = "GIFT"
    MOODLE_XML = "MOODLE_XML"
    CSV = "CSV"
    QTI = "QTI"


@entity
class ExportLoss:
    """What the format cannot hold of an item; the item is empty for the file as a whole."""

    item: str
    reason: str


@entity
class ExportedFile:
    """A file with its name and its media type."""

    name: str
    media_type: str
    content: bytes
    losses: list[ExportLoss]

    @property
    def text(self) -> str | None:
        """The content of a file of text; None for a package."""
        return None if self.media_type == PACKAGE else self.content.decode()

    @property
    def base64(self) -> str:
        """The content in base 64."""
        return b64encode(self.content).decode()


class ExportLosses:
    """Collects what is lost, once each."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], None] = {}

    def add(self, item: str, reason: str) -> None:
        """Note that a part of an item is lost."""
        self._found[item[:_LONGEST_ITEM], reason] = None

    def only_questions(self) -> None:
        """Note that the format has no place for a quiz."""
        self.add("", _ONLY_QUESTIONS)

    def plain_prompt(self, question: QuestionDraft) -> None:
        """Note that the format cannot say that a prompt is Markdown."""
        if question.prompt_format is not PromptFormat.PLAIN:
            self.add(question.name, "The prompt is in Markdown, and comes back as plain text.")

    def words_about_pictures(self, question: QuestionDraft) -> None:
        """Note that the words about pictures are read as a part of the prompt."""
        if any(picture.alt for picture in question.pictures):
            self.add(question.name, "The words about pictures come back as a part of the prompt.")

    def listed(self) -> list[ExportLoss]:
        """Return the losses, at most 500."""
        found = [ExportLoss(item=item, reason=reason) for item, reason in self._found]
        if len(found) <= MOST_LOSSES:
            return found
        rest = len(found) - MOST_LOSSES + 1
        return [*found[: MOST_LOSSES - 1], ExportLoss(item="", reason=f"and {rest} more")]


Write = Callable[[QuestionFile, ExportLosses], bytes]
"""Writes the questions of one quiz in a format; what it cannot hold goes to the losses."""


@entity
class FileKind:
    """A format of exports: how it is written, how its files are called, and whether they hold images of prompts."""

    write: Write
    extension: str
    media_type: str
    holds_pictures: bool = False


def named_once(questions: Iterable[QuestionDraft]) -> dict[str, QuestionDraft]:
    """Return the questions by name, with a number where another has the name."""
    found: dict[str, QuestionDraft] = {}
    for question in questions:
        name, number = question.name, 1
        while name in found:
            number += 1
            name = f"{question.name[:90]} ({number})"
        found[name] = question
    return found
