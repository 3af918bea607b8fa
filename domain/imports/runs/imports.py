"""Imports: files that authors had imported, at once or by a workflow, with what was refused and lost; their store."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

from domain.entities import entity
from domain.errors import DomainError
from domain.ids import ImportId, UploadId, UserId, WorkflowId
from domain.imports.reports import Finding, ImportKind, ImportOutcome
from domain.paging import Page, Window

MOST_KEPT = 10_000
"""How many refusals, and how many losses, of one import are kept; the rest is counted."""


class FindingKind(Enum):
    """What a finding says of an item."""

    REFUSED = "REFUSED"
    LOST = "LOST"


class StagedKind(Enum):
    """What a staged item is."""

    QUESTION = "QUESTION"
    QUIZ = "QUIZ"
    EXAM_TYPE = "EXAM_TYPE"
    MEDIA = "MEDIA"


@entity
class ImportOptions:
    """How a file is imported.

    `format` is a name of the formats, or None to tell it by the content. `keep_good` imports what is not refused. The
    exam type and the title are for formats that name none. `by_key` says that an API key has asked.
    """

    format: str | None = None
    dry_run: bool = False
    keep_good: bool = False
    exam_type_code: str | None = None
    title: str | None = None
    by_key: bool = False


@entity
class Import:
    """One import. `outcome` is None until it has ended; `progress` is in percent, and `note` says what it does.

    `file_hash` is the SHA-256 of the bytes, `content_hash` that of the text, whatever its encoding and line ends. The
    import of a text that a mutation brought has neither an upload nor a workflow.
    """

    id: ImportId
    author_id: UserId
    kind: ImportKind
    filename: str | None
    format: str | None
    encoding: str | None
    content_hash: str | None
    outcome: ImportOutcome | None
    accepted: int
    refused_count: int
    loss_count: int
    progress: int
    note: str | None
    upload_id: UploadId | None
    workflow_id: WorkflowId | None
    begun_at: datetime
    finished_at: datetime | None


@entity
class NewImport:
    """An import about to be stored."""

    id: ImportId
    author_id: UserId
    kind: ImportKind
    filename: str
    file_hash: str
    options: ImportOptions
    upload_id: UploadId | None
    workflow_id: WorkflowId | None


@entity
class ImportFinding:
    """A refused item or a loss of an import; `place` is its number, from 0 for each kind."""

    import_id: ImportId
    kind: FindingKind
    place: int
    line: int
    item: str
    reason: str


@entity
class ImportFilter:
    """A filter of imports; None leaves a condition out. With `is_running`, those that have ended or have not."""

    kind: ImportKind | None = None
    outcome: ImportOutcome | None = None
    is_running: bool | None = None
    format: str | None = None


@entity
class StagedItem:
    """Something that was read of a file and waits to be stored: its place, and its content as plain values.

    `content_hash` is that of a question; of media, the name in the package.
    """

    place: int
    kind: StagedKind
    line: int
    content_hash: str
    content: dict[str, Any]


@entity
class Ending:
    """What came of an import."""

    outcome: ImportOutcome
    accepted: int


class TooManyImportsError(DomainError):
    """As many imports of the author as may be at work are at work."""

    code = "TOO_MANY_IMPORTS"


class Imports(Protocol):
    """Imports, what they found, and what they have staged; an author sees their own."""

    async def add(self, new: NewImport, *, now: datetime) -> None:
        """Store an import that begins."""

    async def by_ids(self, ids: Sequence[ImportId], *, viewer_id: UserId) -> list[Import | None]:
        """Return the viewer's imports among these, one slot per id, in their order."""

    async def find(self, import_id: ImportId) -> tuple[Import, ImportOptions] | None:
        """Return any author's import with its options, locked until the transaction ends."""

    async def earlier(
        self, *, author_id: UserId, kind: ImportKind, file_hash: str, options: ImportOptions
    ) -> Import | None:
        """Return the author's newest import of these bytes with these options that was stored or is at work."""

    async def at_work(self, author_id: UserId) -> int:
        """Return how many of the author's imports are at work, and block new ones until the transaction ends."""

    async def page(self, asked: ImportFilter, window: Window, *, author_id: UserId) -> Page[Import]:
        """Return the author's imports that pass the filter, newest first."""

    async def findings(
        self,
        ids: Sequence[ImportId],
        window: Window,
        *,
        viewer_id: UserId,
        kind: FindingKind | None,
    ) -> list[Page[ImportFinding]]:
        """Return a page of the findings of each import of the viewer's, refusals first, in the order of the file."""

    async def note(self, import_id: ImportId, *, progress: int, note: str) -> None:
        """Store how far an import is."""

    async def describe(
        self, import_id: ImportId, *, format: str | None, encoding: str | None, content_hash: str | None
    ) -> None:
        """Store what the file is."""

    async def restart(self, import_id: ImportId) -> None:
        """Forget what an import found and staged, because it is read once more."""

    async def stage(self, import_id: ImportId, items: Sequence[StagedItem]) -> None:
        """Keep what was read, in one statement."""

    async def add_findings(
        self, import_id: ImportId, *, refused: Sequence[Finding], losses: Sequence[Finding]
    ) -> None:
        """Keep and count what is refused or lost; beyond MOST_KEPT of a kind it is only counted."""

    async def staged(
        self, import_id: ImportId, kind: StagedKind, *, after: int, most: int
    ) -> list[StagedItem]:
        """Return the next staged items of a kind, in the order of the file; `after` is a place, -1 at the beginning."""

    async def finish(self, import_id: ImportId, ending: Ending, *, now: datetime) -> None:
        """Store what came of it, and forget what was staged."""

    async def give_up(self, *, begun_before: datetime, now: datetime) -> int:
        """End imports that were asked for before then, and whose workflow does not go on; return how many."""
