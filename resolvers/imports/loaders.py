"""Batches of imports, all of the viewer alone."""

from domain.ids import ImportId
from domain.imports.runs.imports import FindingKind, Import, ImportFinding
from domain.paging import Page, Window
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VIEWER)
async def imports_by_id(context: Context, ids: list[ImportId]) -> list[Import | None]:
    """Load the viewer's own imports."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.imports.by_ids(ids, viewer_id=context.user_id)


@batch(Rows.VIEWER)
async def findings_by_import(
    context: Context, ids: list[ImportId], *, window: Window, kind: FindingKind | None = None
) -> list[Page[ImportFinding]]:
    """Load a page of the findings of each import."""
    async with context.open_reads() as reads:
        return await reads.imports.findings(ids, window, viewer_id=context.user_id, kind=kind)
