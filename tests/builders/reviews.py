"""Builders of entries of review logs."""

from datetime import UTC, date, datetime, timedelta

from domain.ids import ReviewCardId
from domain.spaced_review.review_log import EntryKind, LogEntry, Rating

CARD = ReviewCardId("reviewcard_1")
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def an_entry(
    minutes: int = 0, client_id: str = "a", rating: Rating = Rating.GOOD, **values: object
) -> LogEntry:
    return LogEntry(
        **{
            "card_id": CARD,
            "reviewed_at": NINE + timedelta(minutes=minutes),
            "client_id": client_id,
            "kind": EntryKind.REVIEW,
            "rating": rating,
            "undoes": None,
            "seconds": None,
            "source_id": None,
            "local_date": date(2026, 3, 2),
        }
        | values
    )


def an_undo(minutes: int, client_id: str, undoes: str) -> LogEntry:
    return an_entry(minutes, client_id, kind=EntryKind.UNDO, rating=None, undoes=undoes)
