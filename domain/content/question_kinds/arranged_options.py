"""Arranged options: what matching and ordering have in common, whose options are neither right nor wrong alone."""

from collections.abc import Iterator, Sequence

from domain.content.question_kinds.choices import LONGEST_OPTION, MOST_OPTIONS, seen
from domain.content.question_kinds.file_items import FileItem, feedback_of, lose_unread, prose
from domain.content.question_kinds.key_drafts import OptionDraft, text_faults


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
    yield from text_faults("Option {}", (o.text for o in options), longest=LONGEST_OPTION, shortest=1)
    yield from text_faults("The feedback of option {}", (o.feedback for o in options))
    if not 2 <= len(options) <= MOST_OPTIONS:  # noqa: PLR2004 - one option leaves no choice
        yield f"It needs 2 to {MOST_OPTIONS} options, and has {len(options)}."
    if len({seen(o.text) for o in options}) < len(options):
        yield "Two options are the same once extra spaces are ignored."
