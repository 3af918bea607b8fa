"""Search: a vector of the words of each object, kept by Postgres itself, and indexes for words and for typing errors.

The extensions `unaccent` and `pg_trgm` are trusted: who may create objects in the database may create them. A downgrade
leaves them, because they may have been there before.
"""

from alembic import op

revision = "0037"
down_revision = "0036"

LANGUAGES = ("english", "german", "french", "spanish")
VECTORS = {
    "roadmaps": "title, description",
    "roadmap_nodes": "title, description",
    "quizzes": "title, description",
    "questions": "prompt, ''",
    "goals": "title, description",
    "notes": "'', text",
}
TITLES = {
    "roadmaps": "title",
    "roadmap_nodes": "title",
    "quizzes": "title",
    "users": "display_name || ' ' || handle",
}
FUNCTIONS = (
    """
    CREATE FUNCTION search_fold(content text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT lower(public.unaccent('public.unaccent', content)) $$
    """,
    r"""
    CREATE FUNCTION search_config(content text) RETURNS regconfig
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
    DECLARE
        english int := regexp_count(content, '\m(the|and|of|is|are|to|which|what|with|that|how)\M', 1, 'i');
        german int := regexp_count(content, '\m(der|die|das|und|ist|sind|nicht|mit|welche|eine?|von)\M', 1, 'i');
        french int := regexp_count(content, '\m(le|la|les|des|et|est|sont|une|du|quelle?|dans)\M', 1, 'i');
        spanish int := regexp_count(content, '\m(el|los|las|y|es|son|una|del|para|con|por)\M', 1, 'i');
    BEGIN
        RETURN CASE greatest(english, german, french, spanish)
            WHEN english THEN 'public.search_english'::regconfig
            WHEN german THEN 'public.search_german'::regconfig
            WHEN french THEN 'public.search_french'::regconfig
            ELSE 'public.search_spanish'::regconfig END;
    END $$
    """,
    """
    CREATE FUNCTION search_vector(title text, body text) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
    DECLARE
        words regconfig := 'public.search_simple';
        stems regconfig := public.search_config(title || ' ' || body);
    BEGIN
        RETURN setweight(to_tsvector(words, title) || to_tsvector(stems, title), 'A')
            || setweight(to_tsvector(words, body) || to_tsvector(stems, body), 'B');
    END $$
    """,
    """
    CREATE FUNCTION search_tags(tags text[]) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ BEGIN RETURN public.search_vector('', array_to_string(tags, ' ')); END $$
    """,
    """
    CREATE FUNCTION search_query(words text) RETURNS tsquery
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
    DECLARE
        config regconfig;
        query tsquery;
        read tsquery[] := '{}';
        whole tsquery := '';
    BEGIN
        FOREACH config IN ARRAY ARRAY['public.search_simple', 'public.search_english', 'public.search_german',
            'public.search_french', 'public.search_spanish']::regconfig[]
        LOOP
            query := to_tsquery(config, words);
            IF query <> ALL (read) THEN  -- each alternative costs as much as the first
                read := read || query;
                whole := whole || query;
            END IF;
        END LOOP;
        RETURN whole;
    END $$
    """,
)
SIGNATURES = (
    "search_query(text)",
    "search_tags(text[])",
    "search_vector(text, text)",
    "search_config(text)",
    "search_fold(text)",
)


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA public")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public")
    for language in ("simple", *LANGUAGES):
        name, dictionary = f"search_{language}", "simple" if language == "simple" else f"{language}_stem"
        op.execute(f"CREATE TEXT SEARCH CONFIGURATION {name} (COPY = {language})")
        op.execute(
            f"ALTER TEXT SEARCH CONFIGURATION {name} "
            f"ALTER MAPPING FOR hword, hword_part, word WITH unaccent, {dictionary}"
        )
    for function in FUNCTIONS:
        op.execute(function)
    for table, arguments in VECTORS.items():
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN search_vector tsvector "
            f"GENERATED ALWAYS AS (search_vector({arguments})) STORED"
        )
        op.execute(f"CREATE INDEX {table}_search_vector_idx ON {table} USING gin (search_vector)")
    op.execute(
        "ALTER TABLE bookmarks ADD COLUMN search_vector tsvector GENERATED ALWAYS AS (search_tags(tags)) STORED"
    )
    op.execute(
        "CREATE INDEX users_search_vector_idx ON users USING gin (search_vector(display_name || ' ' || handle, ''))"
    )
    for table, title in TITLES.items():
        op.execute(
            f"CREATE INDEX {table}_search_title_idx ON {table} USING gin (search_fold({title}) gin_trgm_ops)"
        )


def downgrade() -> None:
    for table in TITLES:
        op.execute(f"DROP INDEX {table}_search_title_idx")
    op.execute("DROP INDEX users_search_vector_idx")
    for table in (*VECTORS, "bookmarks"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN search_vector")
    for signature in SIGNATURES:
        op.execute(f"DROP FUNCTION {signature}")
    for language in ("simple", *LANGUAGES):
        op.execute(f"DROP TEXT SEARCH CONFIGURATION search_{language}")
