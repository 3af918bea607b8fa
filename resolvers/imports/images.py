"""Resolver of images that authors upload."""

from domain.feature_flags.flag_table import CONTENT_IMPORTS
from domain.ids import UploadId
from domain.imports.storage import image_uploads
from domain.media.media import Media
from resolvers.context import Context


async def add_image(context: Context, *, upload: UploadId) -> Media:
    """Keep an image that the caller uploaded."""
    context.ports.flags.require(CONTENT_IMPORTS, context.viewer)
    ports = context.ports
    async with context.open_work() as work:
        return await image_uploads.add(
            work, context.act(), ports.upload_files, ports.media_files, upload_id=upload
        )
