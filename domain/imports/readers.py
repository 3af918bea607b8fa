"""Readers of formats: what is between the parsers of files and the storage of what the files hold.

A format is declared once, as a `QuestionFormat` or a `RoadmapFormat`, and listed in `reader_table`. Its reader yields
records in the order of the file and keeps none of them, so that a file of any length takes the same memory. The modules
of a format lie in `domain/imports/formats/`; what needs a library is passed in from the gateway.
"""

from collections.abc import Callable, Iterator
from enum import Enum
from typing import BinaryIO, Protocol

from domain.entities import entity
from domain.imports.question_drafts import ExamTypeDraft, FileQuiz, QuestionDraft
from domain.imports.reports import Findings
from domain.imports.roadmap_plans import RoadmapFile

MEGABYTE = 1_000_000


@entity
class ReadLimits:
    """How much a reader takes from one file; what is beyond is a RefusedItem that names the limit.

    `longest_item` counts characters, `largest_*` bytes, and `most_entries` the files of a package. `largest_content` is
    all that a package may hold when it is unpacked, and `largest_ratio` how many times its packed size that may be.
    `deepest` is how far XML or JSON may be nested.
    """

    most_items: int = 50_000
    longest_item: int = 50_000
    most_entries: int = 10_000
    largest_entry: int = 50 * MEGABYTE
    largest_content: int = 500 * MEGABYTE
    largest_ratio: int = 100
    largest_media: int = 10 * MEGABYTE
    deepest: int = 100


@entity
class QuestionItem:
    """A question that was read, and its key.

    `categories` are the names from the outermost one in. `media` are the names of the files that the question shows, as
    the package names them; each is yielded as a MediaFile too, best before its question. `draft.path` is the path in a
    JSON file, and empty in other formats. `draft.domain` is the code of a domain, by default `gift.DOMAIN`.
    """

    draft: QuestionDraft
    categories: tuple[str, ...] = ()
    media: tuple[str, ...] = ()


@entity
class RefusedItem:
    """An item that cannot be imported: its line (from 1), its name or first words, and what to change.

    By default one of them refuses the whole file; with `keepGood` the rest of the file is imported. What the format has
    and we do not, such as an essay, is a LossNote: it never refuses a file.
    """

    line: int
    item: str
    reason: str


@entity
class LossNote:
    """A part of the file that is not kept: its line, the item it belongs to, and what is lost."""

    line: int
    item: str
    reason: str


@entity
class MediaFile:
    """An image of a package under its name there; its bytes are checked by the storage, not by the reader."""

    name: str
    line: int
    content: bytes


@entity
class ExamTypeItem:
    """The exam type that a file names, once and before its first question; most formats name none."""

    draft: ExamTypeDraft


@entity
class QuizItem:
    """A quiz that a file names, after its questions; `draft.questions` count the QuestionItems of the file from 0.

    Where a file names none, the storage makes quizzes of all its questions.
    """

    draft: FileQuiz


Record = QuestionItem | RefusedItem | LossNote | MediaFile | ExamTypeItem | QuizItem
"""What a reader of questions yields."""


class QuestionReader(Protocol):
    """Reads questions of one format."""

    def __call__(self, file: BinaryIO, *, limits: ReadLimits) -> Iterator[Record]:
        """Yield what the file holds, in its order; never raises for what the file holds.

        The file can be sought. A reader of text gets UTF-8 without a byte order mark, in which every line ends with a
        line feed, whatever the encoding of the upload was.
        """


class RoadmapReader(Protocol):
    """Reads a roadmap of one format; a roadmap has at most some thousand nodes, so it is read whole."""

    def __call__(self, file: BinaryIO, *, limits: ReadLimits) -> RoadmapFile:
        """Return the plan with its findings; never raises for what the file holds."""


class QuestionFileFormat(Enum):
    """The formats of question files."""

    JSON = "JSON"
    MOODLE_XML = "MOODLE_XML"
    QTI = "QTI"
    ANKI = "ANKI"
    CSV = "CSV"
    GIFT = "GIFT"


class RoadmapFileFormat(Enum):
    """The formats of roadmap files."""

    JSON = "JSON"
    EXERCISM_TRACK = "EXERCISM_TRACK"
    ROADMAP_SH = "ROADMAP_SH"
    MARKDOWN = "MARKDOWN"


@entity
class QuestionFormat:
    """A format of question files.

    `label` names it in reports. `recognises` gets the first 64 kilobytes of a file, and for a package the names of its
    files; of two formats that accept a file, the first in the table reads it. `extensions` are in lower case with their
    dot; a file with the extension of another format is refused by name. `is_text` says that the reader gets decoded
    text (see QuestionReader); others get the bytes as they were uploaded.
    """

    format: QuestionFileFormat
    label: str
    extensions: tuple[str, ...]
    recognises: Callable[[bytes, tuple[str, ...]], bool]
    read: QuestionReader
    is_text: bool = True


@entity
class RoadmapFormat:
    """A format of roadmap files; its attributes are those of a QuestionFormat."""

    format: RoadmapFileFormat
    label: str
    extensions: tuple[str, ...]
    recognises: Callable[[bytes, tuple[str, ...]], bool]
    read: RoadmapReader
    is_text: bool = True


def records_of(findings: Findings) -> Iterator[RefusedItem | LossNote]:
    """Yield what was found since the last call, and forget it; for readers whose parts collect Findings."""
    refused, losses = findings.refused[:], findings.losses[:]
    findings.refused.clear()
    findings.losses.clear()
    for found in losses:
        yield LossNote(line=found.line, item=found.item, reason=found.reason)
    for found in refused:
        yield RefusedItem(line=found.line, item=found.item, reason=found.reason)
