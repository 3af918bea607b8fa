"""The mutation that synchronises what was done offline."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.offline.events import (
    MOST_EVENTS,
    EventIdReusedError,
    EventStatus,
    EventTooOldError,
    TooManyWaitingEventsError,
)
from domain.offline.kept_refusals import REFUSALS
from graph.assessment import attempt_mutations
from graph.changed_viewer import changed_viewer
from graph.directives import reads_learning, writes_learning
from graph.enums import declare_enum
from graph.errors import ERROR_TYPES, declare_error
from graph.fields import attribute, given
from graph.learning import enrolments
from graph.mutations import mutated_by
from graph.offline.event_inputs import OfflineEventInput
from graph.spaced_review import review_mutations
from graph.study import study_mutations
from resolvers.offline import sync

declare_enum(
    EventStatus,
    "What became of an event.",
    APPLIED="It counts now.",
    REPEATED="It counted before, and changed nothing.",
    REFUSED="It does not count; `refusals` says why.",
    WAITING="Nodes before its node are not done yet. It counts once they are, within 72 hours.",
)
declare_error(EventTooOldError, "The event happened, or has waited, for more than 72 hours.")
declare_error(EventIdReusedError, "Another event of the caller's has this id.")
declare_error(TooManyWaitingEventsError, "As many events of the caller wait as are allowed.")


DECLARES = (attempt_mutations, enrolments, review_mutations, study_mutations)
"""The modules that declare the refusals of the kinds of events."""


def _any_of(members: list[Any]) -> Any:
    union: Any = members[0]
    for member in members[1:]:
        union = union | member
    return union


_REFUSAL: Any = Annotated[
    _any_of([ERROR_TYPES[refusal] for refusal in REFUSALS]),
    strawberry.union("OfflineEventError", description="Why an event may be refused."),
]


@strawberry.type(description="The answer to one event of a batch.", directives=[*reads_learning()])
class SyncedEvent:
    """An event with what became of it."""

    event_id: str = attribute("The id of the event.")
    status: EventStatus = attribute("What became of it.")
    occurred_at: datetime | None = attribute(
        "The time that counts: that of the event, but neither in the future nor before the device was last in contact. "
        "Null where an event could not be read."
    )
    refusals: list[_REFUSAL] = attribute("Why it is refused; empty if it is not.", at_most=10, usual=1)


@strawberry.input(description="Events of one device.")
class SyncBatchInput:
    """A device with events."""

    device_id: str = given(
        "An id that the device makes once and keeps, like a UUID: 1 to 100 letters from A to Z, digits, `-` or `_`.",
        required=True,
    )
    events: list[OfflineEventInput] = given(f"At most {MOST_EVENTS} events, in any order.", required=True)


@strawberry.type
class OfflineMutations:
    """Mutations about what was done offline."""

    sync_batch = mutated_by(
        sync.sync_batch,
        input=SyncBatchInput,
        gives={"events": (list[SyncedEvent], "The answer to each event, in the order given.", MOST_EVENTS)},
        also=changed_viewer(),
        rule=writes_learning(),
        description="Applies what the caller did offline: each event once, however often it is sent, and with the same "
        "result in whatever batches and order they arrive. A refused event does not affect the others. XP and streak "
        "count on the day on which it happened, or on that of the arrival where the device was not known before.",
        weight=100,
    )
