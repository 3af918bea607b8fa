"""Sources of a search, as text: for each type where its objects and their words are, and who finds them."""

from domain.search.search import SearchType

MOST_ATTEMPTS = 200
"""The questions of how many attempts of a viewer are searched: the latest ones."""
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
NAME_OF_USER = "u.display_name || ' ' || u.handle"
_NAMED = f"search_vector({NAME_OF_USER}, '')"
_FINDABLE_USER = "u.erased_at IS NULL AND (u.suspended_at IS NULL OR u.suspended_until <= :now)"
_TITLE_OF_CHAT = "coalesce(h.title, h.topic, '')"
_TITLE_OF_TARGET = "coalesce(n.title, r.title, z.title, q.prompt, p.name, h.title, h.topic, d.title, '')"
_SHARED_THREAD = """(
        EXISTS (SELECT FROM thread_readers o WHERE o.thread_id = d.id AND o.user_id = :viewer_id)
        OR EXISTS (SELECT FROM thread_guests o WHERE o.thread_id = d.id AND o.user_id = :viewer_id)
    ) AND NOT EXISTS (SELECT FROM users o WHERE o.id = d.owner_id AND o.suspended_at IS NOT NULL
        AND (o.suspended_until IS NULL OR o.suspended_until > :now))"""
_BOOKMARKED = f"""bookmarks b
    LEFT JOIN roadmap_nodes n ON n.id = b.node_id
    LEFT JOIN roadmap_versions v ON v.id = n.version_id
    LEFT JOIN roadmaps r ON r.id = coalesce(b.roadmap_id, v.roadmap_id)
    LEFT JOIN quizzes z ON z.id = b.quiz_id
    LEFT JOIN questions q ON q.id = b.question_id
    LEFT JOIN topics p ON p.id = b.topic_id
    LEFT JOIN topic_chains c ON c.id = p.chain_id
    LEFT JOIN explore_chats h ON h.id = b.chat_id
    LEFT JOIN threads d ON d.id = b.thread_id
    WHERE b.user_id = :viewer_id AND (d.id IS NULL OR d.owner_id = :viewer_id OR {_SHARED_THREAD})
        AND (c.id IS NULL OR c.owner_id = :viewer_id OR c.shared_at IS NOT NULL)
        AND (r.id IS NULL OR r.author_id = :viewer_id OR {_ENROLLED}
        OR r.current_version_id IS NOT NULL AND r.visibility <> 'PRIVATE')"""
_TAGS = "array_to_string(b.tags, ' ')"
_VECTOR_OF_BOOKMARK = """coalesce(
        n.search_vector, r.search_vector, z.search_vector, q.search_vector, p.search_vector,
        h.search_vector, d.search_vector)
    || b.search_vector"""

_MESSAGE = "w.question || chr(10) || w.answer"
_CONTENT = "w.title || chr(10) || w.body"
ASKED = "[asked]"
"""Stands in a source for the words that are looked for."""


def _best_of(table: str, condition: str, body: str) -> str:
    """Join the part of an object that has all the words and fits best, as `m`: a chat's message, a thread's content.

    The parts are found by their object, of which a viewer has few, so that they need no index of words.
    """
    return f"""LEFT JOIN LATERAL (
        SELECT {body} AS body, w.search_vector FROM {table} w
        WHERE {condition} AND w.search_vector @@ {ASKED}
        ORDER BY ts_rank(w.search_vector, {ASKED}) DESC, w.id LIMIT 1) m ON true"""  # noqa: S608 - texts of this module


SOURCES: dict[SearchType, tuple[str, str, str, str, str]] = {
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
    SearchType.TOPIC: (
        "p.id",
        "p.search_vector",
        "p.name",
        "p.description",
        "topics p JOIN topic_chains c ON c.id = p.chain_id WHERE c.owner_id = :viewer_id",
    ),
    SearchType.CHAT: (
        "h.id",
        "h.search_vector || coalesce(m.search_vector, '')",
        _TITLE_OF_CHAT,
        "coalesce(m.body, h.topic, '')",
        f"""explore_chats h {_best_of("chat_messages", "w.chat_id = h.id", _MESSAGE)}
            WHERE h.user_id = :viewer_id""",
    ),
    SearchType.THREAD: (
        "d.id",
        "d.search_vector || coalesce(m.search_vector, '')",
        "d.title",
        "coalesce(m.body, d.description)",
        f"""threads d {_best_of("thread_contents", "w.thread_id = d.id", _CONTENT)}
            WHERE d.owner_id = :viewer_id""",
    ),
}
"""By type: the id, the vector, the title, the text below it, and where they are with the rule of who finds them."""
ALSO: dict[SearchType, str] = {SearchType.QUESTION: f"questions q WHERE {_WRITTEN}"}
"""Where more objects of a type are that a viewer finds, by another rule. Each rule has a SELECT and a bound of its own.

One SELECT with both rules in an OR has no index that helps: it reads everything with the words.
"""
COMPARED: dict[SearchType, str] = {
    SearchType.ROADMAP: "search_fold(r.title)",
    SearchType.NODE: "search_fold(n.title)",
    SearchType.QUIZ: "search_fold(z.title)",
    SearchType.USER: f"search_fold({NAME_OF_USER})",
    SearchType.GOAL: "g.title",
    SearchType.BOOKMARK: _TITLE_OF_TARGET,
    SearchType.TOPIC: "p.name",
    SearchType.CHAT: _TITLE_OF_CHAT,
    SearchType.THREAD: "d.title",
}
"""What is compared with a query that matches nothing: titles and names, which are short.

Those that an index finds are without accents; the others are the viewer's own, of which there are few."""
