"""Statements that write review cards and their logs: the rows of any number of cards as one JSON parameter."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from domain.spaced_review.cards import ReviewCard
from domain.spaced_review.memory import Outcome
from domain.spaced_review.review_log import EntryKind, LogEntry, Rating
from persistence.statements import ID, MOMENT, Statement

_rows = bindparam("rows", type_=JSONB)
_MADE = ("state text, step smallint, stability float8, difficulty float8, due_at timestamptz, "
         "last_reviewed_at timestamptz, reviews int, lapses int, introduced_on date")  # fmt: skip
_MADE_NAMES = [part.split()[0] for part in _MADE.split(", ")]
ADD = Statement(
    text(f"""
    INSERT INTO review_cards (id, user_id, lineage_id, created_at, {", ".join(_MADE_NAMES)}, predicted, recalled)
    SELECT id, user_id, lineage_id, created_at, {", ".join(_MADE_NAMES)}, '{{}}', '{{}}'
    FROM jsonb_to_recordset(:rows) AS r (id text, user_id text, lineage_id text, created_at timestamptz, {_MADE})
    ON CONFLICT (user_id, lineage_id) DO NOTHING
    """).bindparams(_rows)  # noqa: S608 - constants
)
SAVE = Statement(
    text(f"""
    UPDATE review_cards c SET {", ".join(f"{name} = r.{name}" for name in _MADE_NAMES)},
        predicted = r.predicted, recalled = r.recalled
    FROM jsonb_to_recordset(:rows) AS r (id text, {_MADE}, predicted float8[], recalled boolean[])
    WHERE c.id = r.id
    """).bindparams(_rows)  # noqa: S608 - constants
)
SET_ASIDE = Statement(
    text("""
    UPDATE review_cards SET suspended_at = :suspended_at, buried_until = :buried_until WHERE id = :card_id
    """).bindparams(
        bindparam("card_id", type_=ID),
        bindparam("suspended_at", type_=MOMENT),
        bindparam("buried_until", type_=MOMENT),
    )
)
APPEND = Statement(
    text("""
    INSERT INTO review_log (card_id, reviewed_at, client_id, kind, rating, undoes, seconds, source_id, local_date,
        user_id)
    SELECT r.card_id, r.reviewed_at, r.client_id, r.kind, r.rating, r.undoes, r.seconds, r.source_id, r.local_date,
        c.user_id
    FROM jsonb_to_recordset(:rows) AS r (card_id text, reviewed_at timestamptz, client_id text, kind text,
        rating smallint, undoes text, seconds int, source_id text, local_date date)
    JOIN review_cards c ON c.id = r.card_id
    ON CONFLICT ON CONSTRAINT review_log_pkey DO NOTHING
    """).bindparams(_rows)
)
LOG = Statement(
    text("""
    SELECT card_id, reviewed_at, client_id, kind, rating, undoes, seconds, source_id, local_date FROM review_log
    WHERE card_id = ANY (:ids) ORDER BY card_id, reviewed_at, client_id
    """).bindparams(bindparam("ids", type_=ARRAY(ID))),
    lambda card_id, at, client_id, kind, rating, undoes, seconds, source_id, local_date: LogEntry(
        card_id=card_id,
        reviewed_at=at,
        client_id=client_id,
        kind=EntryKind(kind),
        rating=Rating(rating) if rating else None,
        undoes=undoes or None,
        seconds=seconds,
        source_id=source_id,
        local_date=local_date,
    ),
)


def new_row(card: ReviewCard) -> dict[str, Any]:
    """Return a new card as JSON."""
    owned = {name: getattr(card, name) for name in ("id", "user_id", "lineage_id")}
    return _made(card) | owned | {"created_at": card.created_at.isoformat()}


def saved_row(card: ReviewCard, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return what follows from the log of a card, as JSON."""
    return _made(card) | {
        "id": card.id,
        "predicted": [one.predicted for one in outcomes],
        "recalled": [one.recalled for one in outcomes],
    }


def _made(card: ReviewCard) -> dict[str, Any]:
    """Return the values of a card that follow from its log, as JSON."""
    values = {name: getattr(card, name) for name in _MADE_NAMES} | {"state": card.state.value}
    return {name: v.isoformat() if isinstance(v, date) else v for name, v in values.items()}


def entry_row(entry: LogEntry) -> dict[str, Any]:
    """Return an entry as JSON."""
    return {
        "card_id": entry.card_id,
        "reviewed_at": entry.reviewed_at.isoformat(),
        "client_id": entry.client_id,
        "kind": entry.kind.value,
        "rating": int(entry.rating or 0),
        "undoes": entry.undoes or "",
        "seconds": entry.seconds,
        "source_id": entry.source_id,
        "local_date": entry.local_date.isoformat(),
    }
