"""Search in Postgres: what is in its vectors, and in which language a text is taken to be."""

import asyncpg
import pytest

from persistence.search.candidates import found

VECTORS = {
    ("bookmarks", "search_tags(tags)"),
    ("goals", "search_vector(title, description)"),
    ("notes", "search_vector(''::text, text)"),
    ("questions", "search_vector(prompt, ''::text)"),
    ("quizzes", "search_vector(title, description)"),
    ("roadmap_nodes", "search_vector(title, description)"),
    ("roadmaps", "search_vector(title, description)"),
    ("topics", "search_vector(name, description)"),
    ("threads", "search_vector(title, description)"),
    ("thread_contents", "search_vector(title, body)"),
    ("explore_chats", "search_vector(COALESCE(title, topic, ''::text), COALESCE(topic, ''::text))"),
    (
        "chat_messages",
        "search_vector(question,\nCASE\n    WHEN (ended_at IS NULL) THEN ''::text\n    ELSE answer\nEND)",
    ),
}
FOUND_BY_OWNER = {"bookmarks", "threads", "thread_contents", "explore_chats", "chat_messages"}
"""Tables of which a viewer has few rows, which are found by their owner."""


@pytest.fixture
async def connection(shared_url: str):
    made = await asyncpg.connect(shared_url)
    yield made
    await made.close()


async def test_postgres_makes_the_vectors_of_these_texts_alone(connection: asyncpg.Connection) -> None:
    rows = await connection.fetch(
        "SELECT table_name, generation_expression FROM information_schema.columns "
        "WHERE is_generated = 'ALWAYS' AND table_schema = 'public' AND data_type = 'tsvector'"
    )

    assert {(row[0], row[1]) for row in rows} == VECTORS


async def test_every_vector_and_title_has_an_index(connection: asyncpg.Connection) -> None:
    rows = await connection.fetch(
        "SELECT tablename, indexname FROM pg_indexes WHERE indexname LIKE '%_search_vector_idx'"
    )

    assert {row[0] for row in rows} == {table for table, _ in VECTORS} - FOUND_BY_OWNER | {"users"}


@pytest.mark.parametrize("counted", [True, False])
def test_no_statement_names_the_keys(counted: bool) -> None:
    assert "question_keys" not in found(counted=counted)


@pytest.mark.parametrize(
    ("text", "config"),
    [
        ("What is the knot that holds?", "search_english"),
        ("Welche Knoten sind die besten und von wem?", "search_german"),
        ("Quelle est la meilleure corde dans le port?", "search_french"),
        ("Para los nudos y las velas", "search_spanish"),
        ("Kubernetes", "search_english"),
        ("", "search_english"),
        ("漢字", "search_english"),
    ],
)
async def test_the_language_is_that_of_the_articles(
    connection: asyncpg.Connection, text: str, config: str
) -> None:
    assert await connection.fetchval("SELECT search_config($1)::text", text) == config


async def test_each_alternative_of_a_query_is_there_once(connection: asyncpg.Connection) -> None:
    assert await connection.fetchval("SELECT search_query($1)::text", "'xqz':*") == "'xqz':*"
    assert "|" in await connection.fetchval("SELECT search_query($1)::text", "'houses':*")
