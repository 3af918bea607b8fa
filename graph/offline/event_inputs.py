"""Inputs of events: one input for each kind of event, and the one that holds either."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Optional

import strawberry

from domain.learning.progress import NodeState
from domain.offline.event_kinds import answers, node_checks, reviews, study_answers
from domain.offline.event_kinds.table import KINDS
from domain.offline.events import GivenEvent
from domain.spaced_review.review_log import Rating
from domain.spaced_review.reviews import LONGEST_S
from graph.assessment.answers import AnswerInput
from graph.fields import given
from graph.spaced_review import review_mutations
from resolvers.assessment.attempts import answer_of

DECLARES = (review_mutations,)
"""The module that declares the ratings."""


@strawberry.input(description="An answer that was given offline.")
class OfflineAnswerInput:
    """An answer and its place."""

    attempt_id: strawberry.ID = given("An attempt of the caller's that takes answers still.", required=True)
    slot: int = given("The number of the slot, from 1.", required=True)
    answer: AnswerInput = given("The answer.", required=True)
    client_seq: int = given(
        "The number of the answer, as `answerQuestion` takes it. Of the answers to a slot the one with the highest "
        "number stands; with the same number one that was sent alone, and else the one that was given last.",
        required=True,
    )

    def content(self) -> Mapping[str, Any]:
        """Return the answer as the domain keeps it."""
        return answers.content_of(
            attempt_id=self.attempt_id,
            slot=self.slot,
            answer=answer_of(self.answer),
            client_seq=self.client_seq,
        )


@strawberry.input(description="A node whose state was set offline.")
class OfflineNodeInput:
    """A node and its state."""

    enrolment_id: strawberry.ID = given("The caller's enrolment.", required=True)
    node_id: strawberry.ID = given(
        "A node of the roadmap. A node of an earlier version stands for the same one of the pinned version.",
        required=True,
    )
    state: NodeState = given(
        "DONE, IN_PROGRESS or SKIPPED; AVAILABLE takes back what was done. LOCKED cannot be set.",
        required=True,
    )

    def content(self) -> Mapping[str, Any]:
        """Return the check as the domain keeps it."""
        return node_checks.content_of(enrolment_id=self.enrolment_id, node_id=self.node_id, state=self.state)


@strawberry.input(description="An answer in study mode that was given offline.")
class OfflineStudyAnswerInput:
    """An answer and its slot."""

    session_id: strawberry.ID = given("A study session of the caller's.", required=True)
    slot: int = given("The number of the slot, which is open still.", required=True)
    answer: AnswerInput | None = given("The answer; without one the question is skipped.")

    def content(self) -> Mapping[str, Any]:
        """Return the answer as the domain keeps it."""
        return study_answers.content_of(
            session_id=self.session_id,
            slot=self.slot,
            answer=answer_of(self.answer) if self.answer else None,
        )


@strawberry.input(description="A review of a card that was made offline.")
class OfflineReviewInput:
    """A card and its rating."""

    card_id: strawberry.ID = given("A review card of the caller's.", required=True)
    rating: Rating = given("How well it was remembered.", required=True)
    seconds: int | None = given(f"How long it took, 0 to {LONGEST_S}; null where it was not measured.")

    def content(self) -> Mapping[str, Any]:
        """Return the review as the domain keeps it."""
        seconds = None if self.seconds is strawberry.UNSET else self.seconds
        return reviews.review_content_of(card_id=self.card_id, rating=self.rating, seconds=seconds)


@strawberry.input(description="A review of a card that was taken back offline.")
class OfflineUndoInput:
    """A card and one of its reviews."""

    card_id: strawberry.ID = given("The review card of the caller's.", required=True)
    review: str = given(
        "The id of the event that is taken back, or the `clientId` of a review that was sent alone. The undo may "
        "arrive before the review.",
        required=True,
    )

    def content(self) -> Mapping[str, Any]:
        """Return the undo as the domain keeps it."""
        return reviews.undo_content_of(card_id=self.card_id, review=self.review)


_INPUTS: dict[str, tuple[Any, str]] = {
    "answer": (OfflineAnswerInput, "An answer to a question of an attempt."),
    "node": (OfflineNodeInput, "A new state of a node of a roadmap."),
    "study_answer": (OfflineStudyAnswerInput, "An answer to a question of a study session."),
    "review": (OfflineReviewInput, "A review of a card."),
    "undo_review": (OfflineUndoInput, "A review that is taken back."),
}
"""The input of each kind of event, with its description."""


def _act() -> Any:
    hints = {name: Optional[_INPUTS[name][0]] for name in KINDS}  # noqa: UP045 - a value, not an annotation
    fields = {name: given(_INPUTS[name][1]) for name in KINDS}
    return type("OfflineActInput", (), {"__annotations__": hints, **fields})


OfflineActInput: Any = strawberry.input(
    _act(), description="What was done, in exactly one field.", one_of=True
)


@strawberry.input(description="Something that the caller did on a device without a connection.")
class OfflineEventInput:
    """An act with its id and its time."""

    id: str = given(
        "An id that the device makes when it happens, like a UUID: 1 to 100 letters from A to Z, digits, `-` or `_`. "
        "The same id is applied once.",
        required=True,
    )
    occurred_at: datetime = given(
        "When it happened by the clock of the device, at most 72 hours ago.", required=True
    )
    act: OfflineActInput = given("What was done.", required=True)

    def given(self) -> GivenEvent:
        """Return the event; its content is read, and may be refused, with the event."""
        kind = next(name for name in KINDS if isinstance(getattr(self.act, name), _INPUTS[name][0]))
        sent = getattr(self.act, kind)
        return GivenEvent(id=self.id, occurred_at=self.occurred_at, kind=kind, read=sent.content)
