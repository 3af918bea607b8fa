"""Cloze texts: prompts with blanks, cut at their markers."""

from collections.abc import Iterator

from domain.content.question_kinds.cloze import marker
from domain.content.question_kinds.key_drafts import KeyDraft


def pieces(prompt: str, blanks: list[KeyDraft]) -> Iterator[str | KeyDraft]:
    """Yield the texts of a prompt and its blanks in turn; the first and the last are texts."""
    rest = prompt
    for number, blank in enumerate(blanks, start=1):
        before, _, rest = rest.partition(marker(number))
        yield before
        yield blank
    yield rest
