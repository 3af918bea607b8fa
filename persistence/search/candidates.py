"""Candidates of a search, as text: for each type a SELECT of what matches the words and the viewer may find.

Each SELECT has the columns `type`, `id`, `rank`, `title` and `body`, and stops at a bound: a word that half of all rows
have would cost as much as the rows. The vectors are columns that Postgres keeps itself (migration 0037); the keys,
explanations and feedback of questions are in a table that no statement here names.
"""

from domain.search.search import MOST_COUNTED, SearchType

MOST_ATTEMPTS = 200
"""The questions of how many attempts of a viewer are searched: the latest ones."""
_BOUND = f"LIMIT {MOST_COUNTED + 1}"
_COLUMNS = ("id", "rank", "title", "body")
_LEAST_SIMILAR = 0.3
"""What an object without a matching word is worth beside one with it."""
_ENROLLED = "EXISTS (SELECT FROM enrolments e WHERE e.user_id = :viewer_id AND e.roadmap_id = r.id)"
_FINDABLE = f"""(r.current_version_id IS NOT NULL AND r.visibility = 'PUBLIC'
    OR r.author_id = :viewer_id OR {_ENROLLED})"""
_SHOWN_VERSION = f"""(n.version_id = r.current_version_id AND {_FINDABLE}
    OR r.current_version_id IS NULL AND EXISTS (
        SELECT FROM enrolments e WHERE e.user_id = :viewer_id AND e.version_id = n.version_id))"""
_ASKED = f"""q.id = ANY (ARRAY(
    SELECT DISTINCT s.question_id FROM attempt_slots s WHERE s.attempt_id = ANY (ARRAY(
        SELECT a.id FROM quiz_attempts a WHERE a.user_id = :viewer_id ORDER BY a.id DESC LIMIT {MOST_ATTEMPTS}))))"""  # noqa: S608 - a number
_WRITTEN = "q.author_id = :viewer_id AND q.replaced_by_id IS NULL"
_USER = "u.display_name || ' ' || u.handle"
_NAMED = f"search_vector({_USER}, '')"
_FINDABLE_USER = "u.erased_at IS NULL AND (u.suspended_at IS NULL OR u.suspended_until <= :now)"
_TITLE_OF_TARGET = "coalesce(n.title, r.title, z.title, q.prompt)"
_BOOKMARKED = f"""bookmarks b
    LEFT JOIN roadmap_nodes n ON n.id = b.node_id
    LEFT JOIN roadmap_versions v ON v.id = n.version_id
    LEFT JOIN roadmaps r ON r.id = coalesce(b.roadmap_id, v.roadmap_id)
    LEFT JOIN quizzes z ON z.id = b.quiz_id
    LEFT JOIN questions q ON q.id = b.question_id
    WHERE b.user_id = :viewer_id AND (r.id IS NULL OR r.author_id = :viewer_id OR {_ENROLLED}
        OR r.current_version_id IS NOT NULL AND r.visibility <> 'PRIVATE')"""
_TAGS = "array_to_string(b.tags, ' ')"
_VECTOR_OF_BOOKMARK = """coalesce(n.search_vector, r.search_vector, z.search_vector, q.search_vector)
    || b.search_vector"""

_SOURCES: dict[SearchType, tuple[str, str, str, str, str]] = {
    SearchType.ROADMAP: (
        "r.id",
        "r.search_vector",
        "r.title",
        "r.description",
        f"roadmaps r WHERE {_FINDABLE}",
    ),
    SearchType.NODE: (
        "n.id",
        "n.search_vector",
        "n.title",
        "n.description",
        f"""roadmap_nodes n JOIN roadmap_versions v ON v.id = n.version_id JOIN roadmaps r ON r.id = v.roadmap_id
            WHERE {_SHOWN_VERSION}""",
    ),
    SearchType.QUIZ: (
        "z.id",
        "z.search_vector",
        "z.title",
        "z.description",
        "quizzes z WHERE z.withdrawn_at IS NULL AND z.drawn_for_id IS NULL",
    ),
    SearchType.QUESTION: ("q.id", "q.search_vector", "q.prompt", "''", f"questions q WHERE {_ASKED}"),
    SearchType.USER: ("u.id", _NAMED, "u.display_name", "u.handle", f"users u WHERE {_FINDABLE_USER}"),
    SearchType.GOAL: (
        "g.id",
        "g.search_vector",
        "g.title",
        "g.description",
        "goals g WHERE g.owner_id = :viewer_id",
    ),
    SearchType.BOOKMARK: ("b.id", _VECTOR_OF_BOOKMARK, _TITLE_OF_TARGET, _TAGS, _BOOKMARKED),
    SearchType.NOTE: ("t.id", "t.search_vector", "''", "t.text", "notes t WHERE t.user_id = :viewer_id"),
}
"""By type: the id, the vector, the title, the text below it, and where they are with the rule of who finds them."""
_ALSO: dict[SearchType, str] = {SearchType.QUESTION: f"questions q WHERE {_WRITTEN}"}
"""Where more objects of a type are that a viewer finds, by another rule. Each rule has a SELECT and a bound of its own.

One SELECT with both rules in an OR has no index that helps: it reads everything with the words.
"""
_COMPARED: dict[SearchType, str] = {
    SearchType.ROADMAP: "search_fold(r.title)",
    SearchType.NODE: "search_fold(n.title)",
    SearchType.QUIZ: "search_fold(z.title)",
    SearchType.USER: f"search_fold({_USER})",
    SearchType.GOAL: "g.title",
    SearchType.BOOKMARK: _TITLE_OF_TARGET,
}
"""What is compared with a query that matches nothing: titles and names, which are short.

Those that an index finds are without accents; the others are the viewer's own, of which there are few."""


_NONE_BY_WORDS = "NOT EXISTS (SELECT FROM by_words)"
_NONE_BY_SWAPS = "NOT EXISTS (SELECT FROM by_swaps)"


def _by_words(kind: SearchType, *, counted: bool, query: str = "query", only_if: str = "true") -> str:
    """Select what has all the words of the query.

    A user's vector is in an index alone and would have to be made again to rank it; names are compared in its place.
    """
    id_, vector, title, body, source = _SOURCES[kind]
    asked = f"(SELECT {query} FROM asked)"  # noqa: S608 - a name of this module
    rank = (
        f"0.3 * word_similarity(:text, {_USER})" if kind is SearchType.USER else f"ts_rank({vector}, {asked})"
    )
    if kind in _ALSO:
        arms = (
            f"(SELECT {_shown(kind, id_, rank, title, body)} FROM {each} AND :searches_{kind.value} AND {only_if} "  # noqa: S608
            f"AND {vector} @@ {asked} {_BOUND})"
            for each in (source, _ALSO[kind])
        )
        shown = "type" if counted else ", ".join(("type", *_COLUMNS))
        return f"(SELECT {shown} FROM ({' UNION '.join(arms)}) {kind.value}s {_BOUND})"  # noqa: S608 - texts of this module
    shown = _shown(kind) if counted else _shown(kind, id_, rank, title, body)
    return f"""(SELECT {shown} FROM {source} AND :searches_{kind.value} AND {only_if}
        AND {vector} @@ {asked} {_BOUND})"""  # noqa: S608 - texts of this module


def _by_likeness(kind: SearchType, *, counted: bool) -> str:
    """Select whose title is like the query, where nothing at all has the words."""
    id_, _, title, body, source = _SOURCES[kind]
    compared = _COMPARED[kind]
    rank = f"{_LEAST_SIMILAR} * word_similarity((SELECT folded FROM asked), {compared})"  # noqa: S608 - texts of this module
    shown = _shown(kind) if counted else _shown(kind, id_, rank, title, body)
    return f"""(SELECT {shown} FROM {source} AND :searches_{kind.value} AND {_NONE_BY_WORDS} AND {_NONE_BY_SWAPS}
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
    by_likeness = " UNION ALL ".join(_by_likeness(kind, counted=counted) for kind in _COMPARED)
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
