"""Bookmarks: content that a learner keeps, once each, with tags."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain import text
from domain.bookmarks.targets import TargetType
from domain.entities import entity
from domain.errors import DomainError, InvalidInputError
from domain.ids import BookmarkId, UserId
from domain.paging import Page, Window
from domain.refusals import all_at_once

MOST_BOOKMARKS = 2_000
"""How many bookmarks a learner may have."""
MOST_TAGS = 20
"""How many tags a bookmark may have."""
LONGEST_TAG = 40


@entity
class Bookmark:
    """A bookmark of one target; a learner has at most one of each."""

    id: BookmarkId
    user_id: UserId
    target_id: str
    tags: list[str]
    created_at: datetime


@entity
class BookmarkTag:
    """A tag, and how many of the learner's bookmarks have it."""

    name: str
    count: int


class TooManyBookmarksError(DomainError):
    """The learner has as many bookmarks as are allowed."""

    code = "TOO_MANY_BOOKMARKS"


class Bookmarks(Protocol):
    """Bookmarks; `viewer_id` leaves out those of other learners."""

    async def lock_and_count_others(self, user_id: UserId, target_id: str) -> int:
        """Return how many bookmarks of other targets the user has; a lock on the user's row blocks new ones."""

    async def save(self, bookmark: Bookmark, *, keep_tags: bool) -> Bookmark:
        """Store a bookmark, or the tags of the one that its target has already; return it as it is then."""

    async def remove(self, bookmark_id: BookmarkId, *, viewer_id: UserId) -> Bookmark | None:
        """Remove a bookmark; return it as it was."""

    async def by_ids(self, ids: Sequence[BookmarkId], *, viewer_id: UserId) -> list[Bookmark | None]:
        """Return one slot per id, in their order."""

    async def by_targets(self, ids: Sequence[str], *, viewer_id: UserId) -> list[Bookmark | None]:
        """Return the viewer's bookmark of each target."""

    async def page(
        self, window: Window, *, viewer_id: UserId, kind: TargetType | None, tag: str | None
    ) -> Page[Bookmark]:
        """Return the viewer's bookmarks, newest first, of one kind of target and with one tag, or all."""

    async def tags(self, window: Window, *, viewer_id: UserId) -> Page[BookmarkTag]:
        """Return the tags of the viewer's bookmarks with their counts, by name."""


def checked_tags(tags: list[str]) -> list[str]:
    """Return the tags in one spelling, each once, in the order given; raises InvalidInputErrors."""
    checked = []
    with all_at_once() as each:
        with each:
            if len(tags) > MOST_TAGS:
                raise InvalidInputError(f"tags may hold at most {MOST_TAGS}.", field="tags")
        for place, tag in enumerate(tags[:MOST_TAGS]):
            with each:
                checked.append(checked_tag(tag, field=f"tags[{place}]"))
    return list(dict.fromkeys(checked))


def checked_tag(tag: str, *, field: str) -> str:
    """Return the tag in lower case if it is one line of 1 to 40 characters."""
    return text.line(
        text.line(tag, field=field, longest=LONGEST_TAG).lower(), field=field, longest=LONGEST_TAG
    )
