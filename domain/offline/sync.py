"""Sync: takes a batch of events of one device, in one transaction, and answers each."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.acts import Act
from domain.errors import DomainError, InvalidInputError
from domain.gamification import late_acts
from domain.offline.event_kinds.table import KINDS
from domain.offline.events import (
    MOST_EVENTS,
    MOST_WAITING,
    Contact,
    EventIdReusedError,
    EventOutcome,
    EventRefusal,
    EventStatus,
    EventTooOldError,
    GivenEvent,
    OfflineEvent,
    SyncedEvent,
    TooManyWaitingEventsError,
    checked_name,
    fingerprint_of,
    is_name,
    is_too_old,
    refused,
    time_that_counts,
)
from domain.offline.work import OfflineWork
from domain.refusals import all_at_once, together
from domain.spaced_review.memory import Schedulers

_Arrival = tuple[str, bool] | SyncedEvent
"""An event by its id, with whether it was known before, or the answer to one that is not kept."""


async def sync(
    work: OfflineWork, act: Act, schedulers: Schedulers, *, device_id: str, events: Sequence[GivenEvent]
) -> list[SyncedEvent]:
    """Apply a batch of the actor's events; return the answer to each, in order.

    A faulty event is refused and harms no other. An event that is known changes nothing and gets its first answer; one
    that waits is looked at again with every batch. Raises InvalidInputError for what is wrong with the whole batch.
    """
    with all_at_once() as each:
        with each:
            checked_name(device_id, field="deviceId")
        if len(events) > MOST_EVENTS:
            raise InvalidInputError(f"Send at most {MOST_EVENTS} events at a time.", field="events")
    await work.streaks.lock(act.user_id)
    contact = await work.offline_events.contact(act.user_id, device_id, now=act.now)
    earliest = await _earliest(work, act, contact)
    ids = sorted({event.id for event in events if is_name(event.id)})
    known = {event.id: event for event in await work.offline_events.by_ids(ids, user_id=act.user_id)}
    arrivals: list[_Arrival] = []
    for given in events:
        try:
            event = _event(given, device_id=device_id, contact=contact, earliest=earliest, now=act.now)
            arrivals.append((event.id, _is_known(event, known)))
            known.setdefault(event.id, event)
        except DomainError as refusal:
            arrivals.append(_not_kept(given, refusal))
    settled = known | await _settled(work, act, schedulers, known)
    return [
        each if isinstance(each, SyncedEvent) else _answer(settled[each[0]], each[1]) for each in arrivals
    ]


async def _earliest(work: OfflineWork, act: Act, contact: Contact) -> datetime | None:
    """Return from when on events of the device count for streak and XP; None where the time that counts decides."""
    if contact.before is not None:
        return None
    return await late_acts.earliest(work.streaks, act.user_id, now=act.now, known_since=contact.began_at)


def _event(
    given: GivenEvent, *, device_id: str, contact: Contact, earliest: datetime | None, now: datetime
) -> OfflineEvent:
    """Return a new event; raises InvalidInputError for a malformed one."""
    with all_at_once() as each:
        with each:
            checked_name(given.id, field="id")
        content = given.read()
    at = time_that_counts(given.occurred_at, last_contact=contact.before, now=now)
    return OfflineEvent(
        id=given.id,
        device_id=device_id,
        kind=given.kind,
        fingerprint=fingerprint_of(given, content, device_id=device_id),
        content=content,
        claimed_at=given.occurred_at,
        at=at,
        earns_at=at if earliest is None else max(at, earliest),
        status=None,
        refusals=(),
    )


def _is_known(event: OfflineEvent, known: dict[str, OfflineEvent]) -> bool:
    earlier = known.get(event.id)
    if earlier is not None and earlier.fingerprint != event.fingerprint:
        raise EventIdReusedError("Another event has this id; make a new id for a new event.", field="id")
    return earlier is not None


async def _settled(
    work: OfflineWork, act: Act, schedulers: Schedulers, known: dict[str, OfflineEvent]
) -> dict[str, OfflineEvent]:
    """Judge the new events, and again those that wait; store and return them."""
    new = [event for event in known.values() if event.status is None]
    waiting = await work.offline_events.waiting(act.user_id)
    both = [*waiting, *new]
    outcomes = {event.id: _too_old() for event in both if is_too_old(event.at, act.now)}
    for rules in KINDS.values():
        mine = [event for event in both if event.kind == rules.name and event.id not in outcomes]
        if mine:
            outcomes |= await rules.apply(work, act, mine, schedulers)
    outcomes |= _too_many(both, outcomes)
    settled = {event.id: _with(event, outcomes[event.id]) for event in both}
    changed = [event for event in settled.values() if event.status is not EventStatus.WAITING]
    changed += [settled[event.id] for event in new if settled[event.id].status is EventStatus.WAITING]
    await work.offline_events.save(changed, user_id=act.user_id, now=act.now)
    return settled


def _with(event: OfflineEvent, outcome: EventOutcome) -> OfflineEvent:
    """Return the event with its outcome; its content is kept only while it waits."""
    waits = outcome.status is EventStatus.WAITING
    content = event.content if waits else {}
    return replace(event, status=outcome.status, refusals=outcome.refusals, content=content)


def _too_old() -> EventOutcome:
    return refused(EventTooOldError("This happened more than 72 hours ago; do it again.", field="occurredAt"))


def _too_many(events: Sequence[OfflineEvent], outcomes: dict[str, EventOutcome]) -> dict[str, EventOutcome]:
    """Refuse the last of the events that wait, where there are too many."""
    waiting = [event.id for event in events if outcomes[event.id].status is EventStatus.WAITING]
    refusal = TooManyWaitingEventsError(
        f"{MOST_WAITING} events wait for prerequisites; send those first.", field="nodeId"
    )
    return {event_id: refused(refusal) for event_id in waiting[MOST_WAITING:]}


def _answer(event: OfflineEvent, is_known: bool) -> SyncedEvent:
    if event.status is None:
        raise LookupError(f"event {event.id} was not judged")
    is_repeated = is_known and event.status is EventStatus.APPLIED
    return SyncedEvent(
        event_id=event.id,
        status=EventStatus.REPEATED if is_repeated else event.status,
        occurred_at=event.at,
        refusals=[EventRefusal(error=refusal) for refusal in event.refusals],
    )


def _not_kept(given: GivenEvent, refusal: DomainError) -> SyncedEvent:
    refusals = [EventRefusal(error=each) for each in together(refusal)]
    return SyncedEvent(event_id=given.id, status=EventStatus.REFUSED, occurred_at=None, refusals=refusals)
