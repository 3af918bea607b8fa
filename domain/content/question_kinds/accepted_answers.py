"""Accepted answers: what short text and numeric questions have in common."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from domain.content.question_kinds.file_items import FileItem, feedback_of
from domain.content.question_kinds.key_drafts import FULL, KeyDraft
from domain.content.question_kinds.key_faults import KeyFault

MOST_ACCEPTED = 50
EVERY_OTHER = "*"
"""The answer in a key's feedback that stands for all that are not accepted."""


class Weighted(Protocol):
    """An accepted answer."""

    @property
    def weight(self) -> int:
        """What it earns, in percent."""


def accepted_items(item: FileItem) -> list[FileItem]:
    """Return the accepted answers of a question in our JSON format."""
    return list(
        item.items("accepted", MOST_ACCEPTED, lambda _value, place: f"{item.name}, answer {place + 1}")
    )


def note_other_feedback(key: KeyDraft, item: FileItem) -> None:
    """Read the feedback for every answer that is not accepted."""
    if said := feedback_of(item, "feedbackOther"):
        key.feedback[EVERY_OTHER] = said


def weight_of(item: FileItem) -> int:
    """Read the weight of an accepted answer, 100 unless written."""
    weight = item.integer("weight", 0, FULL)
    return FULL if weight is None else weight


def weight_faults(accepted: Sequence[Weighted], *, at: str) -> Iterator[str]:
    """Yield what is wrong with the number of accepted answers and their weights, as sentences; `at` is their field."""
    if not 1 <= len(accepted) <= MOST_ACCEPTED:
        yield KeyFault(f"It needs 1 to {MOST_ACCEPTED} accepted answers, and has {len(accepted)}.", at)
    wrong = [place for place, each in enumerate(accepted) if not 0 <= each.weight <= FULL]
    for place in wrong:
        yield KeyFault("The weight of an accepted answer must be 0 to 100.", f"{at}[{place}].weight")
    if accepted and not wrong and not any(a.weight == FULL for a in accepted):
        yield KeyFault("No accepted answer has the weight 100.", at)
