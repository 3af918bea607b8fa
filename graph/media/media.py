"""Media: an image that questions show."""

import strawberry

from domain.ids import MediaId
from graph.directives import public
from graph.fields import attribute, resolved_by
from graph.node import Node
from resolvers.media import media


@strawberry.type(description="An image of an author: PNG, JPEG, GIF or WebP.", directives=[public()])
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


@strawberry.type(description="An image as a question shows it.", directives=[public()])
class QuestionImage:
    """An image of a question or of an option."""

    media: Media = attribute("The image, with its address and size.")
    alt: str = attribute(
        "What it shows, in words, for those who do not see it; empty where the author said nothing."
    )
