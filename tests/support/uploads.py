"""Uploads for tests: files that have arrived, and imports of them without a worker."""

import hashlib
from typing import Any, cast

from domain import workflow_table
from domain.accounts.users import Role, Viewer
from domain.ids import ImportId, UploadId
from domain.imports.runs.import_jobs import READ
from domain.unit_of_work import Meter
from domain.uploads.uploads import KEPT, RECEIVING
from domain.workflows import template_saves
from gateway.imports.import_steps import ImportSteps
from gateway.uploads.upload_folder import UploadFolder
from tests.builders import mint
from tests.support.accounts import accepted
from tests.support.schema_client import Asker

IMPORT = """id kind filename format encoding contentHash outcome accepted refusedCount lossCount progress note
  findings { nodes { kind line item reason } } begunAt finishedAt"""
STARTED = f"started {{ {IMPORT} upload {{ id }} workflow {{ id state }} }}"


async def an_author(ask: Asker) -> Viewer:
    """Store an author, and the templates of workflows, as a worker does at its start."""
    async with ask.ports.open_work(Meter()) as work:
        await template_saves.ship(work, workflow_table.SHIPPED)
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    return viewer


async def uploaded(
    ask: Asker,
    viewer: Viewer,
    content: bytes,
    *,
    filename: str = "questions.gift",
    purpose: str = "QUESTIONS",
) -> UploadId:
    """Begin an upload and put its bytes where the endpoint puts them."""
    payload = await accepted(
        ask,
        viewer,
        "beginUpload",
        "upload { id }",
        filename=filename,
        sizeBytes=max(1, len(content)),
        purpose=purpose,
    )
    upload_id = UploadId(payload["upload"]["id"])
    folder = cast("UploadFolder", ask.ports.upload_files)
    async with folder.receiving(upload_id) as receiver:
        await receiver.write(content)
        await receiver.sha256()
        receiver.keep()
    now = ask.clock()
    async with ask.ports.open_work(Meter()) as work:
        await work.uploads.claim(upload_id, now=now, until=now + RECEIVING)
        await work.uploads.complete(
            upload_id,
            until=now + RECEIVING,
            sha256=hashlib.sha256(content).hexdigest(),
            now=now,
            expires_at=now + KEPT,
        )
    return upload_id


async def started(
    ask: Asker, viewer: Viewer, upload_id: str, field: str = "importQuestions", **given: Any
) -> dict[str, Any]:
    """Start the import of an upload."""
    given = {"upload": upload_id, "idempotencyKey": mint("key")} | given
    begun: dict[str, Any] = (await accepted(ask, viewer, field, STARTED, **given))["started"]
    return begun


async def run(ask: Asker, import_id: str) -> None:
    """Take the steps of an import, as a worker does."""
    steps = steps_of(ask, import_id)
    for step in (steps.check, steps.stage):
        if await step() != READ:
            return
    await steps.keep()


def steps_of(ask: Asker, import_id: str, **values: Any) -> ImportSteps:
    files = ask.ports.upload_files
    return ImportSteps(
        import_id=ImportId(import_id),
        open_work=lambda: ask.ports.open_work(Meter()),
        open_file=lambda known: files.open(cast("UploadId", known.upload_id)),
        now=ask.clock,
        mint=mint,
        media_files=ask.ports.media_files,
        **values,
    )


async def shown(ask: Asker, viewer: Viewer, import_id: str) -> dict[str, Any]:
    """Return an import as its author reads it."""
    document = f"query ($id: ID!) {{ node(id: $id) {{ ... on Import {{ {IMPORT} }} }} }}"
    found: dict[str, Any] = (await ask.data(document, viewer, id=import_id))["node"]
    return found


async def imported(
    ask: Asker,
    viewer: Viewer,
    content: bytes,
    *,
    filename: str = "questions.gift",
    field: str = "importQuestions",
    **given: Any,
) -> dict[str, Any]:
    """Upload a file, import it to the end, and return the import."""
    purpose = "ROADMAP" if field == "importRoadmap" else "QUESTIONS"
    upload_id = await uploaded(ask, viewer, content, filename=filename, purpose=purpose)
    begun = await started(ask, viewer, upload_id, field, **given)
    await run(ask, begun["id"])
    return await shown(ask, viewer, begun["id"])
