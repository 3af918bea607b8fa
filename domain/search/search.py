"""Search: what is found by words, in the order of rank, with the places of the words."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from hashlib import sha256
from typing import Protocol

from domain.entities import entity
from domain.errors import InvalidInputError
from domain.ids import UserId
from domain.paging import Edge, Page, PageInfo, Window
from domain.search.highlights import HighlightedText
from domain.search.queries import SearchQuery

_MARK_CHARACTERS = 12
MOST_COUNTED = 300
"""How many objects of one type a search ranks and counts: the first ones that Postgres finds."""


class SearchType(Enum):
    """A kind of object that can be found; the value is the prefix of its ids."""

    ROADMAP = "roadmap"
    NODE = "node"
    QUIZ = "quiz"
    QUESTION = "question"
    USER = "user"
    GOAL = "goal"
    BOOKMARK = "bookmark"
    NOTE = "note"
    TOPIC = "topic"
    CHAT = "chat"
    THREAD = "thread"


OWN = frozenset(
    {
        SearchType.QUESTION,
        SearchType.GOAL,
        SearchType.BOOKMARK,
        SearchType.NOTE,
        SearchType.TOPIC,
        SearchType.CHAT,
        SearchType.THREAD,
    }
)
"""The types of which a caller finds only what is theirs: what they wrote, and questions that they were asked."""


@entity
class SearchHit:
    """One object that was found; a higher score is a better match."""

    type: SearchType
    id: str
    score: int
    title: HighlightedText
    excerpt: HighlightedText


@entity
class SearchFacet:
    """How many objects of a type match; with `is_capped` there are more than were counted."""

    type: SearchType
    count: int
    is_capped: bool


@entity
class SearchResult:
    """A page of hits, with the query that found them."""

    query: SearchQuery
    page: Page[SearchHit]

    @property
    def nodes(self) -> Sequence[SearchHit]:
        """The hits of the page, best first."""
        return self.page.nodes

    @property
    def edges(self) -> Sequence[Edge[SearchHit]]:
        """The hits with their cursors."""
        return self.page.edges

    @property
    def page_info(self) -> PageInfo:
        """The position of the page."""
        return self.page.page_info


class Search(Protocol):
    """Finds objects by words, each type by its own rule of who finds what.

    Everyone finds public roadmaps with the nodes of their current version, quizzes that are not withdrawn, and users
    who are neither anonymised nor suspended. A viewer also finds their own roadmaps and those that they are enrolled
    in, the questions that they were asked, the newest versions of those that they wrote, and their goals, bookmarks,
    notes, topics, explore chats and threads. Keys, explanations and feedback of questions are in no index.
    """

    async def page(
        self,
        query: SearchQuery,
        window: Window,
        *,
        types: frozenset[SearchType],
        viewer_id: UserId | None,
        now: datetime,
    ) -> Page[SearchHit]:
        """Return hits of these types, best first."""

    async def facets(
        self, query: SearchQuery, *, types: frozenset[SearchType], viewer_id: UserId | None, now: datetime
    ) -> list[SearchFacet]:
        """Return how many objects of each of these types match, in the order of the types."""


def mark_of(query: SearchQuery, types: frozenset[SearchType]) -> str:
    """Return what the cursors of a search bear: scores of other words or types say nothing about a place in it."""
    told = "\n".join([query.text, *sorted(kind.value for kind in types)])
    return sha256(told.encode()).hexdigest()[:_MARK_CHARACTERS]


def searched(types: Sequence[SearchType] | None, *, may_read_own: bool) -> frozenset[SearchType]:
    """Return the types to search: those given, or all; without the caller's own where they may not be read.

    Raises InvalidInputError for an empty list.
    """
    if types is not None and not types:
        raise InvalidInputError("types must name a type; leave it out to search all.", field="types")
    wanted = frozenset(SearchType) if types is None else frozenset(types)
    return wanted if may_read_own else wanted - OWN
