"""Imports in Postgres, with their findings and what they have staged."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from domain.ids import ImportId, UserId
from domain.imports.reports import Finding, ImportKind
from domain.imports.runs.imports import (
    Ending,
    FindingKind,
    Import,
    ImportFilter,
    ImportFinding,
    ImportOptions,
    NewImport,
    StagedItem,
    StagedKind,
)
from domain.paging import Page, Window
from persistence.database import SqlConnection
from persistence.imports import import_statements as statements
from persistence.statements import by_key


class SqlImports:
    """Imports in the table `question_imports`, findings in `import_findings`, what waits in `staged_items`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, new: NewImport, *, now: datetime) -> None:
        """Insert an import that begins."""
        values = {"kind": new.kind.value, "options": asdict(new.options), "now": now}
        names = ("id", "author_id", "filename", "file_hash", "upload_id", "workflow_id")
        await self._connection.run(statements.ADD, **values, **{name: getattr(new, name) for name in names})

    async def by_ids(self, ids: Sequence[ImportId], *, viewer_id: UserId) -> list[Import | None]:
        """Return one slot per id; the statement reads the viewer's only."""
        found = await self._connection.all(statements.BY_IDS, ids=list(ids), viewer_id=viewer_id)
        return by_key(ids, found, lambda each: each.id)

    async def find(self, import_id: ImportId) -> tuple[Import, ImportOptions] | None:
        """Return an import with its options, locked."""
        return await self._connection.first(statements.FIND, import_id=import_id)

    async def earlier(
        self, *, author_id: UserId, kind: ImportKind, file_hash: str, options: ImportOptions
    ) -> Import | None:
        """Return the newest import of the same bytes with the same options that was stored or is at work."""
        return await self._connection.first(
            statements.EARLIER,
            author_id=author_id,
            kind=kind.value,
            file_hash=file_hash,
            options=asdict(options),
        )

    async def at_work(self, author_id: UserId) -> int:
        """Count those at work; a lock on the user's row blocks new ones."""
        await self._connection.run(statements.LOCK, author_id=author_id)
        return int(await self._connection.value(statements.AT_WORK, author_id=author_id))

    async def page(self, asked: ImportFilter, window: Window, *, author_id: UserId) -> Page[Import]:
        """Return the author's imports, newest first."""
        return await statements.NEWEST_FIRST.read(
            self._connection,
            window,
            author_id=author_id,
            kind=asked.kind and asked.kind.value,
            outcome=asked.outcome and asked.outcome.value,
            is_running=asked.is_running,
            read_as=asked.format,
        )

    async def findings(
        self,
        ids: Sequence[ImportId],
        window: Window,
        *,
        viewer_id: UserId,
        kind: FindingKind | None,
    ) -> list[Page[ImportFinding]]:
        """Return a page per import, refusals first."""
        return await statements.FINDINGS.read(
            self._connection, ids, window, viewer_id=viewer_id, kind=kind and kind.value
        )

    async def note(self, import_id: ImportId, *, progress: int, note: str) -> None:
        """Store how far an import is."""
        await self._connection.run(statements.NOTE, import_id=import_id, progress=progress, note=note)

    async def describe(
        self, import_id: ImportId, *, format: str | None, encoding: str | None, content_hash: str | None
    ) -> None:
        """Store what the file is."""
        await self._connection.run(
            statements.DESCRIBE,
            import_id=import_id,
            format=format,
            encoding=encoding,
            content_hash=content_hash,
        )

    async def restart(self, import_id: ImportId) -> None:
        """Forget what was found and staged."""
        for statement in (statements.DROP_STAGED, statements.DROP_FINDINGS, statements.RESET):
            await self._connection.run(statement, import_id=import_id)

    async def stage(self, import_id: ImportId, items: Sequence[StagedItem]) -> None:
        """Insert the rows in one statement, and count the questions among them."""
        if not items:
            return
        rows = [asdict(item) | {"kind": item.kind.value} for item in items]
        await self._connection.run(statements.STAGE, import_id=import_id, rows=rows)
        questions = sum(item.kind is StagedKind.QUESTION for item in items)
        await self._connection.run(statements.ACCEPT, import_id=import_id, more=questions)

    async def add_findings(
        self, import_id: ImportId, *, refused: Sequence[Finding], losses: Sequence[Finding]
    ) -> None:
        """Count the findings, and insert those that there is room for."""
        if not (refused or losses):
            return
        counts = await self._connection.first(
            statements.COUNT, import_id=import_id, refused=len(refused), lost=len(losses)
        )
        if counts is None:
            return
        rows = [
            row
            for kind, found, after in (
                (FindingKind.REFUSED, refused, counts[0]),
                (FindingKind.LOST, losses, counts[1]),
            )
            for row in statements.finding_rows(kind, found, first=after - len(found))
        ]
        if rows:
            await self._connection.run(statements.ADD_FINDINGS, import_id=import_id, rows=rows)

    async def staged(
        self, import_id: ImportId, kind: StagedKind, *, after: int, most: int
    ) -> list[StagedItem]:
        """Return the next staged items of a kind."""
        return await self._connection.all(
            statements.STAGED, import_id=import_id, kind=kind.value, after=after, most=most
        )

    async def finish(self, import_id: ImportId, ending: Ending, *, now: datetime) -> None:
        """Store the outcome, and delete what was staged."""
        await self._connection.run(
            statements.FINISH,
            import_id=import_id,
            outcome=ending.outcome.value,
            accepted=ending.accepted,
            now=now,
        )
        await self._connection.run(statements.DROP_STAGED, import_id=import_id)

    async def give_up(self, *, begun_before: datetime, now: datetime) -> int:
        """End imports without a workflow that goes on, and delete what was staged for them."""
        ended = await self._connection.run(statements.GIVE_UP, begun_before=begun_before, now=now)
        await self._connection.run(statements.DROP_LEFT)
        return ended
