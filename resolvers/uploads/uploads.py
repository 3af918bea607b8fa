"""Resolvers and the batch of uploads."""

from domain.entities import entity
from domain.feature_flags.flag_table import CONTENT_IMPORTS
from domain.ids import UploadId
from domain.uploads import upload_links, upload_requests
from domain.uploads.uploads import Upload, UploadPurpose
from resolvers.batches import Rows, batch
from resolvers.context import Context


@entity
class UploadLink:
    """A permission to send a file, with the path that takes its bytes."""

    upload: Upload
    path: str


@batch(Rows.VIEWER)
async def uploads_by_id(context: Context, ids: list[UploadId]) -> list[Upload | None]:
    """Load the viewer's own uploads."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.uploads.by_ids(ids, viewer_id=context.user_id, now=context.now())


async def begin_upload(
    context: Context,
    *,
    filename: str,
    size_bytes: int,
    purpose: UploadPurpose,
    content_type: str | None = None,
) -> UploadLink:
    """Permit the caller to send one file."""
    context.ports.flags.require(CONTENT_IMPORTS, context.viewer)
    async with context.open_work() as work:
        upload = await upload_requests.begin(
            work,
            context.act(),
            context.ports.upload_limits,
            filename=filename,
            size_bytes=size_bytes,
            purpose=purpose,
            content_type=content_type,
        )
    return UploadLink(upload=upload, path=upload_links.path_of(upload, context.ports.refresh_secret))
