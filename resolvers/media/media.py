"""Resolvers of media."""

from domain.media.media import Media
from resolvers.context import Context


async def url(media: Media, context: Context) -> str:
    """Return the address of an image on this gateway."""
    return f"{context.ports.api_url.rstrip('/')}/media/{media.name}"
