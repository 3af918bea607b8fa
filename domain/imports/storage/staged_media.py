"""Staged media: images of a package, stored for their author while the file is read, and shown by its questions."""

from collections.abc import Sequence

from domain.acts import Act
from domain.entities import entity
from domain.ids import ImportId, MediaId, QuestionId
from domain.imports.reports import Finding
from domain.imports.runs.imports import StagedItem, StagedKind
from domain.imports.work import ImportsWork
from domain.media.image_types import ImageFacts
from domain.media.media import MOST_OF_A_QUESTION, Media, MediaUse

_MOST = 10_000
"""How many images of one file are read again; a package has no more files."""


@entity
class StagedImage:
    """An image whose bytes are kept: its name in the package, and what it is."""

    name: str
    line: int
    sha256: str
    size_bytes: int
    facts: ImageFacts


async def store(
    work: ImportsWork, act: Act, import_id: ImportId, images: Sequence[StagedImage], *, first: int
) -> None:
    """Store images, of which the first is number `first` of the file; those that no question shows go after a day."""
    new = [
        Media(
            id=MediaId(act.mint("media")),
            author_id=act.user_id,
            sha256=image.sha256,
            content_type=image.facts.kind.value,
            size_bytes=image.size_bytes,
            width=image.facts.width,
            height=image.facts.height,
            created_at=act.now,
        )
        for image in images
    ]
    stored = await work.media.add(new)
    items = [
        StagedItem(
            place=place,
            kind=StagedKind.MEDIA,
            line=image.line,
            content_hash=image.name,
            content={"id": media.id},
        )
        for place, (image, media) in enumerate(zip(images, stored, strict=True), start=first)
    ]
    await work.imports.stage(import_id, items)


class StagedMedia:
    """The images of an import by their names in its file."""

    def __init__(self, ids: dict[str, MediaId]) -> None:
        self._ids = ids
        self.missing: list[Finding] = []

    def uses(self, item: StagedItem, question_id: QuestionId) -> list[MediaUse]:
        """Return what a question shows; images that were not kept are missing."""
        found: list[MediaUse] = []
        for name in item.content["media"][:MOST_OF_A_QUESTION]:
            if name in self._ids:
                use = MediaUse(question_id=question_id, media_id=self._ids[name], position=len(found))
                found.append(use)
            else:
                reason = "A picture of the question is not in the file, or is not kept."
                self.missing.append(Finding(line=item.line, item=item.content["name"], reason=reason))
        return found


async def of_import(work: ImportsWork, import_id: ImportId) -> StagedMedia:
    """Return the images of an import."""
    items = await work.imports.staged(import_id, StagedKind.MEDIA, after=-1, most=_MOST)
    return StagedMedia({item.content_hash: MediaId(item.content["id"]) for item in items})
