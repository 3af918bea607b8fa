"""Events of devices in Postgres, and when devices were in contact."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, bindparam, text

from domain.ids import UserId
from domain.offline import kept_refusals
from domain.offline.events import MOST_WAITING, Contact, EventStatus, OfflineEvent
from persistence.database import SqlConnection
from persistence.statements import ID, MOMENT, Statement

_COLUMNS = "id, device_id, kind, fingerprint, content, claimed_at, at, earns_at, status, refusals"


def _event(*row: Any) -> OfflineEvent:
    *plain, status, refusals = row
    id_, device_id, kind, fingerprint, content, claimed_at, at, earns_at = plain
    return OfflineEvent(
        id=id_,
        device_id=device_id,
        kind=kind,
        fingerprint=fingerprint,
        content=content,
        claimed_at=claimed_at,
        at=at,
        earns_at=earns_at,
        status=EventStatus(status),
        refusals=kept_refusals.read(refusals),
    )


# What came within an hour of the first contact of a synchronisation belongs to it: its batches have one answer.
_CONTACT = Statement(
    text("""
    INSERT INTO offline_devices AS d (user_id, device_id, contact_before, sync_began_at, last_contact_at)
    VALUES (:user_id, :device_id, NULL, :now, :now)
    ON CONFLICT (user_id, device_id) DO UPDATE SET
        contact_before = CASE WHEN d.sync_began_at <= excluded.sync_began_at - interval '1 hour'
            THEN d.last_contact_at ELSE d.contact_before END,
        sync_began_at = CASE WHEN d.sync_began_at <= excluded.sync_began_at - interval '1 hour'
            THEN excluded.sync_began_at ELSE d.sync_began_at END,
        last_contact_at = greatest(d.last_contact_at, excluded.last_contact_at)
    RETURNING contact_before, sync_began_at
    """).bindparams(
        bindparam("user_id", type_=ID), bindparam("device_id", type_=ID), bindparam("now", type_=MOMENT)
    ),
    Contact,
)
_BY_IDS = Statement(
    text(f"""
    SELECT {_COLUMNS} FROM offline_events WHERE user_id = :user_id AND id = ANY (CAST(:ids AS text[]))
    """),  # noqa: S608 - names of columns
    _event,
)
_WAITING = Statement(
    text(f"""
    SELECT {_COLUMNS} FROM offline_events WHERE user_id = :user_id AND status = 'WAITING'
    ORDER BY at, id LIMIT :most
    """).bindparams(bindparam("most", type_=Integer)),  # noqa: S608 - names of columns
    _event,
)
_SAVE = Statement(
    text(f"""
    INSERT INTO offline_events (user_id, {_COLUMNS}, received_at)
    SELECT :user_id, id, device_id, kind, fingerprint, content::jsonb, claimed_at, at, earns_at, status,
        refusals::jsonb, :now
    FROM unnest(CAST(:ids AS text[]), CAST(:devices AS text[]), CAST(:kinds AS text[]),
        CAST(:fingerprints AS text[]), CAST(:contents AS text[]), CAST(:claimed AS timestamptz[]),
        CAST(:moments AS timestamptz[]), CAST(:earned AS timestamptz[]), CAST(:statuses AS text[]),
        CAST(:refusals AS text[]))
        AS given ({_COLUMNS})
    ON CONFLICT (user_id, id) DO UPDATE
        SET status = excluded.status, refusals = excluded.refusals, content = excluded.content
    """).bindparams(bindparam("user_id", type_=ID), bindparam("now", type_=MOMENT))  # noqa: S608 - names of columns
)
_FORGET = Statement(
    text("""
    WITH devices AS (DELETE FROM offline_devices WHERE last_contact_at < :before)
    DELETE FROM offline_events WHERE received_at < :before
    """).bindparams(bindparam("before", type_=MOMENT))
)


class SqlOfflineEvents:
    """Events in the table `offline_events`, contacts in `offline_devices`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def contact(self, user_id: UserId, device_id: str, *, now: datetime) -> Contact:
        """Note a contact; return the last one before this synchronisation, and when this one began."""
        found = await self._connection.all(_CONTACT, user_id=user_id, device_id=device_id, now=now)
        return found[0]

    async def by_ids(self, ids: Sequence[str], *, user_id: UserId) -> list[OfflineEvent]:
        """Return those of the learner's events that are known."""
        return await self._connection.all(_BY_IDS, ids=list(ids), user_id=user_id)

    async def waiting(self, user_id: UserId) -> list[OfflineEvent]:
        """Return the learner's events that wait, the oldest first."""
        return await self._connection.all(_WAITING, user_id=user_id, most=MOST_WAITING)

    async def save(self, events: Sequence[OfflineEvent], *, user_id: UserId, now: datetime) -> None:
        """Store events in one statement."""
        if not events:
            return
        await self._connection.run(
            _SAVE,
            user_id=user_id,
            now=now,
            ids=[event.id for event in events],
            devices=[event.device_id for event in events],
            kinds=[event.kind for event in events],
            fingerprints=[event.fingerprint for event in events],
            contents=[json.dumps(event.content) for event in events],
            claimed=[event.claimed_at for event in events],
            moments=[event.at for event in events],
            earned=[event.earns_at for event in events],
            statuses=[event.status.value if event.status else None for event in events],
            refusals=[json.dumps(kept_refusals.written(event.refusals)) for event in events],
        )

    async def forget(self, *, before: datetime) -> None:
        """Remove events that arrived before, and devices that were last in contact before."""
        await self._connection.run(_FORGET, before=before)
