"""Import steps: check, stage, keep and end one import; each may run again after a process has died."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import BinaryIO

from domain.acts import NOWHERE, Act
from domain.content.quizzes import SlugTakenError
from domain.ids import ImportId, Mint
from domain.imports import roadmap_imports
from domain.imports.readers import QuestionFileFormat, QuestionFormat, ReadLimits, Record, RoadmapFormat
from domain.imports.reports import Finding, ImportKind, ImportOutcome
from domain.imports.runs.import_jobs import ENDED, READ
from domain.imports.runs.imports import Ending, Import, ImportOptions
from domain.imports.storage import staged_media, staged_questions
from domain.imports.storage.question_staging import QuestionStaging, StagedBatch
from domain.imports.storage.quiz_titles import GENERAL, QuizTitle
from domain.media.media_files import MediaFiles
from domain.work import Work
from gateway.imports import file_types, text_encodings
from gateway.imports.file_types import READ_ERRORS
from gateway.imports.format_table import ALL_QUESTION_FORMATS, ALL_ROADMAP_FORMATS

BATCH = 500
"""How many records are read, and staged by one transaction."""
_CHECKED, _STAGED = 5, 60
"""How far an import is after its steps, in percent."""
Report = Callable[[int, str], Awaitable[None]]


async def _unheard(_progress: int, _note: str) -> None:
    """Report to no one."""


@dataclass(slots=True)
class ImportSteps:
    """The steps of one import. `open_work` opens a transaction, `open_file` the file; `report` hears of progress.

    With `publishes` a roadmap is published, and else a draft.
    """

    import_id: ImportId
    open_work: Callable[[], AbstractAsyncContextManager[Work]]
    open_file: Callable[[Import], BinaryIO]
    now: Callable[[], datetime]
    mint: Mint
    media_files: MediaFiles
    report: Report = _unheard
    limits: ReadLimits = field(default_factory=ReadLimits)
    publishes: bool = False

    async def check(self) -> str:
        """Tell format and encoding; return READ, or ENDED where the file cannot be imported."""
        async with self.open_work() as work:
            found = await work.imports.find(self.import_id)
        if found is None or found[0].outcome is not None:
            return ENDED
        known, options = found
        await self.report(0, "Reading the file.")
        try:
            with self.open_file(known) as file:
                told = await asyncio.to_thread(
                    file_types.type_of,
                    file,
                    filename=known.filename or "",
                    kind=known.kind,
                    wanted=options.format,
                    limits=self.limits,
                )
        except READ_ERRORS as error:
            return await self._refuse(known, str(error))
        except FileNotFoundError:
            return await self._refuse(known, "The file is not kept any more; upload it again.")
        async with self.open_work() as work:
            await work.imports.describe(
                self.import_id, format=told.format.label, encoding=told.encoding, content_hash=None
            )
            await work.imports.note(self.import_id, progress=_CHECKED, note="Reading the file.")
        return READ

    async def stage(self) -> str:
        """Read the file, batch by batch, into rows; return READ, or ENDED where it cannot be read."""
        async with self.open_work() as work:
            found = await work.imports.find(self.import_id)
            if found is None or found[0].outcome is not None:
                return ENDED
            await work.imports.restart(self.import_id)
        known, options = found
        if known.kind is ImportKind.ROADMAP:  # it is small: read where it is kept
            return READ
        try:
            with self.open_file(known) as file:
                return await self._stage_questions(known, options, file)
        except READ_ERRORS as error:
            return await self._refuse(known, str(error))
        except FileNotFoundError:
            return await self._refuse(known, "The file is not kept any more; upload it again.")

    async def keep(self) -> str:
        """Store all in one transaction; return the outcome."""
        await self.report(_STAGED, "Storing.")
        try:
            async with self.open_work() as work:
                found = await work.imports.find(self.import_id)
                if found is None:
                    return ENDED
                known, options = found
                if known.outcome is not None:
                    return known.outcome.value
                act = self._act(known, options)
                ending = (
                    await staged_questions.keep(work, act, known, options)
                    if known.kind is ImportKind.QUESTIONS
                    else await self._keep_roadmap(work, act, known, options)
                )
                await work.imports.finish(self.import_id, ending, now=self.now())
                return ending.outcome.value
        except SlugTakenError as taken:
            await self._refuse(known, taken.message)
            return ImportOutcome.REFUSED.value

    async def _stage_questions(self, known: Import, options: ImportOptions, file: BinaryIO) -> str:
        format_ = _question_format(known)
        file.seek(0, 2)
        total = max(1, file.tell())
        file.seek(0)
        source, digest = file, ""
        if format_.is_text:
            text = await asyncio.to_thread(text_encodings.decoded, file)
            source, digest = text.file, text.content_hash
        try:
            staging = QuestionStaging(
                exam_type_code=options.exam_type_code or GENERAL,
                title=QuizTitle(given=options.title, content_hash=digest or self.import_id[-12:].lower()),
                refuses_repeated=format_.format is QuestionFileFormat.JSON,
                files=self.media_files,
                limits=self.limits,
            )
            records = format_.read(source, limits=self.limits)
            act, images = self._act(known, options), 0
            while (batch := await asyncio.to_thread(_next, staging, records)) is not None:
                share = min(1.0, source.tell() / total) if format_.is_text else 0.5
                await self._stage(batch, staging, share, act, images)
                images += len(batch.images)
            await self._stage(await asyncio.to_thread(staging.rest), staging, 1.0, act, images)
        finally:
            if source is not file:
                source.close()
        async with self.open_work() as work:
            await work.imports.describe(
                self.import_id, format=known.format, encoding=known.encoding, content_hash=digest or None
            )
        return READ

    async def _stage(
        self, batch: StagedBatch, staging: QuestionStaging, share: float, act: Act, images: int
    ) -> None:
        progress = _CHECKED + int((_STAGED - _CHECKED) * share)
        note = f"{staging.accepted} questions read."
        async with self.open_work() as work:
            await staged_media.store(work, act, self.import_id, batch.images, first=images)
            await work.imports.stage(self.import_id, batch.items)
            await work.imports.add_findings(self.import_id, refused=batch.refused, losses=batch.losses)
            await work.imports.note(self.import_id, progress=progress, note=note)
        await self.report(progress, note)

    async def _keep_roadmap(self, work: Work, act: Act, known: Import, options: ImportOptions) -> Ending:
        format_ = _roadmap_format(known)
        with self.open_file(known) as file:
            text = await asyncio.to_thread(text_encodings.decoded, file)
        with text.file:
            read = await asyncio.to_thread(format_.read, text.file, limits=self.limits)
        done = await roadmap_imports.import_file(
            work,
            act,
            read,
            content_hash=text.content_hash,
            dry_run=options.dry_run,
            publish=self.publishes and not options.dry_run,
        )
        await work.imports.describe(
            known.id, format=done.report.format, encoding=known.encoding, content_hash=text.content_hash
        )
        await work.imports.add_findings(known.id, refused=done.report.refused, losses=done.report.losses)
        return Ending(outcome=done.report.outcome, accepted=done.report.accepted)

    async def _refuse(self, known: Import, reason: str) -> str:
        """End an import of which nothing can be stored."""
        async with self.open_work() as work:
            finding = Finding(line=1, item=known.filename or "file", reason=reason)
            await work.imports.add_findings(known.id, refused=[finding], losses=[])
            ending = Ending(outcome=ImportOutcome.REFUSED, accepted=0)
            await work.imports.finish(known.id, ending, now=self.now())
        return ENDED

    def _act(self, known: Import, options: ImportOptions) -> Act:
        return Act(
            actor_id=known.author_id,
            origin=NOWHERE,
            now=self.now(),
            mint=self.mint,
            by_key=options.by_key,
        )


def _next(staging: QuestionStaging, records: Iterator[Record]) -> StagedBatch | None:
    read = list(islice(records, BATCH))
    return staging.take(read) if read else None


def _question_format(known: Import) -> QuestionFormat:
    return next(each for each in ALL_QUESTION_FORMATS.values() if each.label == known.format)


def _roadmap_format(known: Import) -> RoadmapFormat:
    return next(each for each in ALL_ROADMAP_FORMATS.values() if each.label == known.format)
