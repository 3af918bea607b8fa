"""Candidates of a search, as text: for each type a SELECT of what matches the words and the viewer may find.

Each SELECT has the columns `type`, `id`, `rank`, `title` and `body`, and stops at a bound: a word that half of all rows
have would cost as much as the rows. The vectors are columns that Postgres keeps itself (migrations 0037, 0070 and
0071); the keys, explanations and feedback of questions are in a table that no statement here names.
"""

from domain.search.search import MOST_COUNTED, SearchType
from persistence.search.sources import ALSO, ASKED, COMPARED, NAME_OF_USER, SOURCES

_BOUND = f"LIMIT {MOST_COUNTED + 1}"
_COLUMNS = ("id", "rank", "title", "body")
_LEAST_SIMILAR = 0.3
"""What an object without a matching word is worth beside one with it."""

_NONE_BY_WORDS = "NOT EXISTS (SELECT FROM by_words)"
_NONE_BY_SWAPS = "NOT EXISTS (SELECT FROM by_swaps)"


def _by_words(kind: SearchType, *, counted: bool, query: str = "query", only_if: str = "true") -> str:
    """Select what has all the words of the query.

    A user's vector is in an index alone and would have to be made again to rank it; names are compared in its place.
    """
    id_, vector, title, body, source = SOURCES[kind]
    asked = f"(SELECT {query} FROM asked)"  # noqa: S608 - a name of this module
    rank = (
        f"0.3 * word_similarity(:text, {NAME_OF_USER})"
        if kind is SearchType.USER
        else f"ts_rank({vector}, {asked})"
    )
    if kind in ALSO:
        arms = (
            f"(SELECT {_shown(kind, id_, rank, title, body)} FROM {each} AND :searches_{kind.value} AND {only_if} "  # noqa: S608
            f"AND {vector} @@ {asked} {_BOUND})"
            for each in (source, ALSO[kind])
        )
        shown = "type" if counted else ", ".join(("type", *_COLUMNS))
        return f"(SELECT {shown} FROM ({' UNION '.join(arms)}) {kind.value}s {_BOUND})"  # noqa: S608 - texts of this module
    shown = _shown(kind) if counted else _shown(kind, id_, rank, title, body)
    return f"""(SELECT {shown} FROM {source.replace(ASKED, asked)} AND :searches_{kind.value} AND {only_if}
        AND {vector} @@ {asked} {_BOUND})"""  # noqa: S608 - texts of this module


def _by_likeness(kind: SearchType, *, counted: bool) -> str:
    """Select whose title is like the query, where nothing at all has the words."""
    id_, _, title, body, source = SOURCES[kind]
    compared = COMPARED[kind]
    rank = f"{_LEAST_SIMILAR} * word_similarity((SELECT folded FROM asked), {compared})"  # noqa: S608 - texts of this module
    shown = _shown(kind) if counted else _shown(kind, id_, rank, title, body)
    found_at = source.replace(ASKED, "(SELECT query FROM asked)")
    return f"""(SELECT {shown} FROM {found_at} AND :searches_{kind.value} AND {_NONE_BY_WORDS} AND {_NONE_BY_SWAPS}
        AND (SELECT folded FROM asked) <% {compared} {_BOUND})"""  # noqa: S608 - texts of this module


def _shown(kind: SearchType, *columns: str) -> str:
    """Return the columns of a SELECT: the type, and then the others, if there are any."""
    named = [f"{column} AS {name}" for column, name in zip(columns, _COLUMNS, strict=False)]
    return ", ".join([f"'{kind.value}' AS type", *named])


def found(*, counted: bool = False) -> str:
    """Return the common table expressions of a search, the last of which is `found`; with types alone to be counted."""
    by_words = " UNION ALL ".join(_by_words(kind, counted=counted) for kind in SearchType)
    swapped = (_by_words(k, counted=counted, query="swapped", only_if=_NONE_BY_WORDS) for k in SearchType)
    by_swaps = " UNION ALL ".join(swapped)
    by_likeness = " UNION ALL ".join(_by_likeness(kind, counted=counted) for kind in COMPARED)
    columns = "type" if counted else "type, id, title, body, CAST(rank * 1000000 AS integer) AS score"
    return f"""
        WITH asked AS MATERIALIZED (SELECT search_query(:words) AS query, search_query(:swapped) AS swapped,
            search_fold(:longest) AS folded),
        by_words AS MATERIALIZED ({by_words}),
        by_swaps AS MATERIALIZED ({by_swaps}),
        by_likeness AS MATERIALIZED ({by_likeness}),
        found AS (SELECT {columns} FROM (
            SELECT * FROM by_words UNION ALL SELECT * FROM by_swaps UNION ALL SELECT * FROM by_likeness
        ) matching)
    """  # noqa: S608 - texts of this module
