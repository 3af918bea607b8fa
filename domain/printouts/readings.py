"""Readings: for whom a document is composed."""

from domain.entities import entity
from domain.ids import UserId


@entity
class Reading:
    """The user who sees the document, and the address of the API, below which public pages are."""

    viewer_id: UserId
    api_url: str
