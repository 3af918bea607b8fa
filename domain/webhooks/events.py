"""Webhook events: what other systems are told, and the payload of each kind.

A payload has ids, amounts and states, and nothing by which a receiver would know a person: no name, no address, no
title that a learner wrote. A receiver that may know more asks the API by the ids.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from domain.entities import entity


class WebhookEvent(Enum):
    """The kinds of events, under the names that payloads have."""

    XP_AWARDED = "xp.awarded"
    ATTEMPT_GRADED = "attempt.graded"
    GOAL_COMPLETED = "goal.completed"
    ROADMAP_COMPLETED = "roadmap.completed"
    STREAK_MILESTONE = "streak.milestone"
    USER_REGISTERED = "user.registered"
    PING = "webhook.ping"


SUBSCRIBABLE = tuple(event for event in WebhookEvent if event is not WebhookEvent.PING)
"""The events that an endpoint may subscribe to; a ping is sent on request."""


@entity
class PayloadField:
    """A field of `data`: its name there, the fact that it shows, its JSON type, and what it means."""

    name: str
    fact: str
    type: str
    description: str


@entity
class PayloadFormat:
    """The format of an event's payload. A change that a receiver could notice raises the version."""

    version: int
    description: str
    fields: tuple[PayloadField, ...]


def _field(name: str, type_: str, description: str) -> PayloadField:
    fact = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return PayloadField(name=name, fact=fact, type=type_, description=description)


_USER = _field("userId", "string", "the learner, `user_...`")

FORMATS: dict[WebhookEvent, PayloadFormat] = {
    WebhookEvent.XP_AWARDED: PayloadFormat(
        version=1,
        description="XP of a learner counts from now on. A correction has a negative amount.",
        fields=(
            _USER,
            _field("entryId", "string", "the entry of the ledger, `xp_...`"),
            _field("amount", "integer", "how much XP"),
            _field("reason", "string", "the reason, a value of `XpReason`"),
            _field("reversesId", "string or null", "the entry that a correction reverses"),
        ),
    ),
    WebhookEvent.ATTEMPT_GRADED: PayloadFormat(
        version=1,
        description="An attempt at a quiz was graded, after it was submitted or its time was over.",
        fields=(
            _USER,
            _field("attemptId", "string", "the attempt, `attempt_...`"),
            _field("quizId", "string", "the quiz, `quiz_...`"),
            _field("state", "string", "`GRADED`, or `EXPIRED` when its time was over"),
            _field("score", "number", "the score in percent, 0 to 100"),
            _field("passed", "boolean or null", "whether the pass mark was reached"),
        ),
    ),
    WebhookEvent.GOAL_COMPLETED: PayloadFormat(
        version=1,
        description="A learner completed a goal.",
        fields=(
            _USER,
            _field("goalId", "string", "the goal, `goal_...`"),
            _field("kind", "string", "what completes it, a value of `GoalKind`"),
            _field("roadmapId", "string or null", "the roadmap of the goal, `roadmap_...`"),
        ),
    ),
    WebhookEvent.ROADMAP_COMPLETED: PayloadFormat(
        version=1,
        description="A learner did every required node of a roadmap for the first time.",
        fields=(
            _USER,
            _field("enrolmentId", "string", "the enrolment, `enrolment_...`"),
            _field("roadmapId", "string", "the roadmap, `roadmap_...`"),
            _field("roadmapVersionId", "string", "its version, `roadmapversion_...`"),
        ),
    ),
    WebhookEvent.STREAK_MILESTONE: PayloadFormat(
        version=1,
        description="A streak reached a length that is awarded, for the first time.",
        fields=(
            _USER,
            _field("days", "integer", "the length of the streak in days"),
            _field("entryId", "string", "the entry of the ledger, `xp_...`"),
        ),
    ),
    WebhookEvent.USER_REGISTERED: PayloadFormat(
        version=1,
        description="An account was created.",
        fields=(_USER,),
    ),
    WebhookEvent.PING: PayloadFormat(
        version=1,
        description="A test that an operator asked for.",
        fields=(_field("endpointId", "string", "the endpoint that was asked to be tested, `webhook_...`"),),
    ),
}
"""The payload format of each event."""


@entity
class NotedEvent:
    """An event that happened, with its facts as the database noted them in the same transaction."""

    event: WebhookEvent
    user_id: str
    facts: Mapping[str, Any]
    occurred_at: datetime


def payload_of(event: WebhookEvent, facts: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """Return the payload of an event: its kind, version and time, and the fields of its format."""
    declared = FORMATS[event]
    return {
        "type": event.value,
        "version": declared.version,
        "timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": {field.name: facts[field.fact] for field in declared.fields},
    }
