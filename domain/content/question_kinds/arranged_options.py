"""Arranged options: what matching and ordering have in common, whose options are neither right nor wrong alone."""

from collections.abc import Iterator, Sequence

from domain.content.question_kinds.choices import MOST_OPTIONS, same_options, texts_of_options
from domain.content.question_kinds.file_items import FileItem, feedback_of, lose_unread, prose
from domain.content.question_kinds.key_drafts import OptionDraft
from domain.content.question_kinds.key_faults import KeyFault


def read_options(item: FileItem) -> list[OptionDraft]:
    """Read options that have a text and, where the author wants, feedback."""
    read = []
    for option in item.items(
        "options", MOST_OPTIONS, lambda _value, place: f"{item.name}, option {place + 1}"
    ):
        text = option.text("text", prose)
        read.append(OptionDraft(text=text, correct=False, feedback=feedback_of(option)))
        lose_unread(option)
    return read


def faults(options: Sequence[OptionDraft]) -> Iterator[str]:
    """Yield what is wrong with the options, as sentences."""
    yield from texts_of_options(options)
    if not 2 <= len(options) <= MOST_OPTIONS:  # noqa: PLR2004 - one option leaves no choice
        yield KeyFault(f"It needs 2 to {MOST_OPTIONS} options, and has {len(options)}.", "options")
    yield from same_options(options)
