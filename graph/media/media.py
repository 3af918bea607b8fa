"""Media: an image that questions show."""

import strawberry

from domain.ids import MediaId
from graph.directives import public
from graph.fields import attribute, resolved_by
from graph.node import Node
from resolvers.media import media


@strawberry.type(
    description="An image that came with an imported file: PNG, JPEG, GIF or WebP.", directives=[public()]
)
class Media(Node):
    """One image."""

    id: MediaId = attribute("The image's id, `media_...`.")
    url: str = resolved_by(
        media.url, description="Its address, which never shows another image and may be cached for ever."
    )
    content_type: str = attribute("Its media type, like `image/png`, by its bytes.")
    size_bytes: int = attribute("How many bytes it has.", name="bytes")
    width: int = attribute("Its width in pixels.")
    height: int = attribute("Its height in pixels.")
