"""Media: an image that questions show, kept once for its author under the hash of its bytes; and their store."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from domain.entities import entity
from domain.ids import MediaId, OptionId, QuestionId, UserId

MOST_OF_A_QUESTION = 20
UNUSED_KEPT = timedelta(days=1)
"""How long an image is kept that no question shows."""


class MediaType(Enum):
    """What an image is, by its bytes; the value is its media type."""

    PNG = "image/png"
    JPEG = "image/jpeg"
    GIF = "image/gif"
    WEBP = "image/webp"

    @property
    def extension(self) -> str:
        """The end of the name under which it is served."""
        return self.name.lower()


@entity
class Media:
    """An image. `size_bytes` is the size of its file, `width` and `height` are in pixels."""

    id: MediaId
    author_id: UserId
    sha256: str
    content_type: str
    size_bytes: int
    width: int
    height: int
    created_at: datetime

    @property
    def name(self) -> str:
        """The name of its file."""
        return name_of(self.sha256, MediaType(self.content_type))


@entity
class MediaUse:
    """An image that a question shows, beside its prompt or in an option, and its position there, from 0."""

    question_id: QuestionId
    media_id: MediaId
    position: int
    alt: str = ""
    option_id: OptionId | None = None


@entity
class QuestionImage:
    """An image as a question shows it: beside its prompt, or in an option; `alt` says what it shows, or is empty."""

    question_id: QuestionId
    option_id: OptionId | None
    alt: str
    media: Media


def name_of(sha256: str, kind: MediaType) -> str:
    """Return the name of the file of an image."""
    return f"{sha256}.{kind.extension}"


class MediaStore(Protocol):
    """Images, and which questions show them. Everyone who may see a question may see its images."""

    async def add(self, new: Sequence[Media]) -> list[Media]:
        """Store images of one author; return one per image, the earlier one of the same bytes where there is one."""

    async def use(self, uses: Sequence[MediaUse]) -> None:
        """Store which questions show which images; what is stored already stays."""

    async def by_ids(self, ids: Sequence[MediaId]) -> list[Media | None]:
        """Return one slot per id, in their order."""

    async def of_questions(self, ids: Sequence[QuestionId]) -> list[list[Media]]:
        """Return the images of each question, in their order."""

    async def shown_by(self, ids: Sequence[QuestionId]) -> list[list[QuestionImage]]:
        """Return the images of each question as it shows them, in their order."""

    async def shown_in(self, ids: Sequence[OptionId]) -> list[QuestionImage | None]:
        """Return one slot per option, in their order: the image that it shows."""

    async def remove_unused(self, *, before: datetime, most: int) -> list[str]:
        """Remove images that no question shows and that were stored before.

        Return the names of the files that no image has any more.
        """
