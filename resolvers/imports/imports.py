"""Resolvers of imports of uploaded files."""

from domain import workflow_table
from domain.accounts.users import Viewer
from domain.errors import InvalidInputError
from domain.idempotency import checked_key
from domain.ids import UploadId
from domain.imports.reports import ImportKind, ImportOutcome
from domain.imports.runs.imports import Import, ImportFilter, ImportOptions
from domain.imports.storage import import_starts
from domain.paging import Page, Window
from resolvers.context import Context


async def viewer_imports(
    viewer: Viewer,
    context: Context,
    *,
    window: Window,
    kind: ImportKind | None = None,
    outcome: ImportOutcome | None = None,
    is_running: bool | None = None,
    format: str | None = None,
) -> Page[Import]:
    """Return a page of the caller's imports, newest first."""
    asked = ImportFilter(kind=kind, outcome=outcome, is_running=is_running, format=format)
    async with context.open_reads() as reads:
        return await reads.imports.page(asked, window, author_id=viewer.user_id)


async def start(
    context: Context,
    *,
    upload: UploadId,
    kind: ImportKind,
    options: ImportOptions,
    idempotency_key: str,
) -> Import:
    """Start the import of an upload of the caller's."""
    vocabulary = workflow_table.vocabulary(context.ports.conditions)
    async with context.open_work() as work:
        return await import_starts.start(
            work,
            context.act(),
            vocabulary,
            upload_id=upload,
            kind=kind,
            options=options,
            idempotency_key=idempotency_key,
        )


def check_source(file: str | None, upload: UploadId | None) -> None:
    """Raise InvalidInputError unless exactly one of the two is given."""
    if (file is None) == (upload is None):
        raise InvalidInputError("Give either file or upload.", field="file")


def check_key(key: str, *, is_used: bool) -> None:
    """Raise InvalidInputError for a malformed key; the dry run of a file uses none."""
    if is_used:
        checked_key(key)


def refuse_for_file(name: str, *, is_given: bool) -> None:
    """Raise InvalidInputError for an option that only uploads have."""
    if is_given:
        raise InvalidInputError(f"{name} is for uploads; leave it out for a file.", field=name)
