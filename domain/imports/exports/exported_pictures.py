"""Exported pictures: the images that questions show beside their prompts, for formats whose files hold images."""

from collections.abc import Sequence
from dataclasses import replace

from domain.imports.exports.exported_files import EXPORTED_KINDS, ExportLosses
from domain.imports.question_drafts import Picture, QuestionDraft
from domain.media.media import QuestionImage
from domain.media.media_files import MediaFiles

LARGEST_PICTURES = 3_000_000
"""How many bytes the images of one export have together; written in base 64 they are a third more."""


def added(
    drafts: Sequence[QuestionDraft],
    shown: Sequence[Sequence[QuestionImage]],
    files: MediaFiles | None,
    losses: ExportLosses,
) -> list[QuestionDraft]:
    """Return the questions with the images of their prompts, and note those that the file will not hold.

    Without `files` the format holds none. Images of options, those beyond the limit, and those whose files are gone
    are losses.
    """
    left, found = LARGEST_PICTURES, []
    for draft, images in zip(drafts, shown, strict=True):
        kept: list[Picture] = []
        for image in images:
            content = None if files is None or image.option_id is not None else files.read(image.media.name)
            if content is not None and len(content) <= left:
                left -= len(content)
                kept.append(Picture(name=image.media.name, content=content, alt=image.alt))
        if len(kept) < len(images) and draft.kind in EXPORTED_KINDS:
            losses.add(draft.name, f"{len(images) - len(kept)} picture(s) are not in the file.")
        found.append(replace(draft, pictures=tuple(kept)))
    return found
