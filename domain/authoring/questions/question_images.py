"""Question images: those that a question shows beside its prompt and in its options, and what may be shown."""

from collections.abc import Iterator, Sequence

from domain.authoring.work import AuthoringWork
from domain.content.drawn_keys import DrawnKey
from domain.content.question_kinds.key_drafts import ImageDraft, KeyDraft
from domain.edits import UNCHANGED, Edit
from domain.entities import entity
from domain.errors import InvalidInputError
from domain.ids import OptionId, QuestionId, UserId
from domain.media.media import MOST_OF_A_QUESTION, MediaUse
from domain.text import line

LONGEST_ALT = 500


@entity
class StoredImages:
    """The images of a question: beside its prompt in their order, and by option."""

    of_prompt: list[ImageDraft]
    of_options: dict[OptionId, ImageDraft]


async def stored(work: AuthoringWork, question_id: QuestionId) -> StoredImages:
    """Return the images that a question shows."""
    (found,) = await work.media.shown_by([question_id])
    return StoredImages(
        of_prompt=[
            ImageDraft(media_id=each.media.id, alt=each.alt) for each in found if each.option_id is None
        ],
        of_options={
            each.option_id: ImageDraft(media_id=each.media.id, alt=each.alt)
            for each in found
            if each.option_id
        },
    )


def check_words(given: Sequence[ImageDraft], *, field: str) -> None:
    """Check what images are said to show; raises InvalidInputError."""
    for image in given:
        try:
            line(image.alt, field="alt", longest=LONGEST_ALT)
        except InvalidInputError:
            raise InvalidInputError(
                f"The alt of an image must say in 1 to {LONGEST_ALT} characters of one line what it shows.",
                field=field,
            ) from None


async def check(work: AuthoringWork, given: Sequence[ImageDraft], *, author_id: UserId, field: str) -> None:
    """Check that new images are of the question's author; raises InvalidInputError."""
    found = await work.media.by_ids([image.media_id for image in given]) if given else []
    if any(media is None or media.author_id != author_id for media in found):
        raise InvalidInputError(
            f"{field} may show images of the question's author; add one with addImage.", field=field
        )


def given(images: Edit[list[ImageDraft]], key: Edit[KeyDraft]) -> Iterator[tuple[str, list[ImageDraft]]]:
    """Yield the names of the fields with new images, and these."""
    if images is not UNCHANGED:
        yield "images", images
    if key is not UNCHANGED:
        yield "key", list(of_key(key))


def check_count(of_prompt: Sequence[ImageDraft], key: KeyDraft, *, field: str) -> None:
    """Raise InvalidInputError where a question would show too many images."""
    if len(of_prompt) + sum(1 for _ in of_key(key)) > MOST_OF_A_QUESTION:
        raise InvalidInputError(
            f"A question may show at most {MOST_OF_A_QUESTION} images, those of its options included.",
            field=field,
        )


def of_key(key: KeyDraft) -> Iterator[ImageDraft]:
    """Yield the images of the options of a key."""
    for each in (key, *key.blanks):
        yield from (option.image for option in each.options if option.image is not None)


def uses(question_id: QuestionId, of_prompt: Sequence[ImageDraft], key: DrawnKey) -> list[MediaUse]:
    """Return what a new version shows."""
    shown: list[tuple[ImageDraft, OptionId | None]] = [(image, None) for image in of_prompt]
    shown += [(image, option_id) for option_id, image in key.images.items()]
    return [
        MediaUse(
            question_id=question_id,
            media_id=image.media_id,
            position=position,
            alt=image.alt,
            option_id=option_id,
        )
        for position, (image, option_id) in enumerate(shown)
    ]
