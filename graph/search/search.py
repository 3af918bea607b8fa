"""Types and the root field of search."""

import strawberry

from domain.search.search import MOST_COUNTED, SearchType
from graph.costs import weighed
from graph.directives import public
from graph.enums import declare_enum
from graph.fields import attribute, loaded_by, resolved_by
from graph.node import Node
from graph.paging import Edge, PageInfo
from resolvers.search import loaders, search

SEARCH_WEIGHT = 100
"""A search costs Postgres some hundred times what a read of one object costs."""
_TYPES = len(SearchType)

declare_enum(
    SearchType,
    "A kind of object that can be found.",
    ROADMAP="Public roadmaps, the caller's own, and those that they are enrolled in.",
    NODE="The nodes of the current versions of these roadmaps.",
    QUIZ="Quizzes that are not withdrawn.",
    QUESTION="Questions that the caller was asked in one of their latest 200 attempts, and the newest versions of "
    "those that the caller wrote, by their prompts.",
    USER="Users, by display name and handle.",
    GOAL="The caller's goals.",
    BOOKMARK="The caller's bookmarks, by their tags and by the titles of what they are of.",
    NOTE="The caller's notes.",
    TOPIC="The topics of the caller's topic chains, by their names and descriptions.",
    CHAT="The caller's explore chats, by title and topic, or by the words of one question with its answer.",
    THREAD="The caller's own threads, by title and description, or by the words of one of their contents.",
)


@strawberry.type(
    description="A part of a text, in UTF-16 code units, as strings of JavaScript, Java and Kotlin count.",
    directives=[public()],
)
class TextRange:
    """A part of a text."""

    start: int = attribute("Where it begins, from 0.")
    length: int = attribute("How long it is.")


@strawberry.type(
    description="A plain text with the places of the words that were found.", directives=[public()]
)
class HighlightedText:
    """A text with ranges."""

    text: str = attribute("The text.")
    ranges: list[TextRange] = attribute(
        "Where the words are, in order and apart from each other; empty where the match is a likeness.",
        at_most=10_000,
        usual=3,
    )


@strawberry.type(description="An object that was found.", directives=[public()])
class SearchHit:
    """A hit."""

    type: SearchType = attribute("The kind of object.")
    score: int = attribute("How well it matches: higher is better; comparable within one search alone.")
    title: HighlightedText = attribute("Its title, prompt or name; empty for a note.")
    excerpt: HighlightedText = attribute(
        "The text below the title, or of a long one the part that fits best, about 30 words; it may be empty."
    )
    object: Node | None = loaded_by(
        loaders.objects_by_id, key="id", description="The object; null if it is gone since."
    )


@strawberry.type(description="How many objects of a kind match.", directives=[public()])
class SearchFacet:
    """A count of one type."""

    type: SearchType = attribute("The kind of object.")
    count: int = attribute(f"How many match; {MOST_COUNTED} at most.")
    is_capped: bool = attribute("Whether there are more than were counted.")


@strawberry.type(description="A page of a search.", directives=[public()])
class SearchHitConnection:
    """A connection of hits, with facets."""

    edges: list[Edge[SearchHit]] = attribute("The hits with their cursors, best first.", at_most=100)
    nodes: list[SearchHit] = attribute("The hits without their cursors, best first.", at_most=100)
    page_info: PageInfo = attribute("The position of the page.")
    facets: list[SearchFacet] | None = weighed(
        resolved_by(
            search.facets,
            description="How many objects of each kind the query finds, whatever `types` asks for; without the kinds "
            "that the caller may not read.",
            at_most=_TYPES,
        ),
        SEARCH_WEIGHT // 2,
    )


@strawberry.type
class SearchQueries:
    """The root field of search."""

    search: SearchHitConnection | None = weighed(
        resolved_by(
            search.search,
            description="Objects that have all the words of the query, best first. The last word may be the beginning "
            "of one, from 2 characters on. Words match in English, German, French and Spanish by their stems, and "
            f"without accents. Where nothing matches, titles that are like its longest word are found. The first "
            f"{MOST_COUNTED} matches of each kind are ranked.",
            rule=public(),
            args={
                "query": "The words, 2 to 100 characters and 10 words at most.",
                "types": "Only these kinds of objects; by default all that the caller may read.",
            },
        ),
        SEARCH_WEIGHT,
    )
