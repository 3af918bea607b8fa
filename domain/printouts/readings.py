"""Readings: for whom a document is composed, and when."""

from datetime import datetime

from domain.entities import entity
from domain.ids import UserId


@entity
class Reading:
    """The user who sees the document, the moment, and the address of the API, below which public pages are."""

    viewer_id: UserId
    now: datetime
    api_url: str
