"""Filling of columns in batches: short transactions in the order of a key, which can be stopped and resumed."""

from alembic import op

from migrations.locks import without_transaction

_TRIES = 30

_FILL = """
DO $$
DECLARE
    place text := '';
    tries int := 0;
BEGIN
    LOOP
        BEGIN
            WITH page AS (
                SELECT {key} FROM {table} WHERE {key} > place AND ({where})
                ORDER BY {key} LIMIT {size} FOR NO KEY UPDATE
            ), filled AS (
                UPDATE {table} SET {values} FROM page WHERE {table}.{key} = page.{key}
            )
            SELECT max({key}) INTO place FROM page;
            tries := 0;
        EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
            tries := tries + 1;
            IF tries = {tries} THEN
                RAISE;
            END IF;
            PERFORM pg_sleep(0.1 * tries);
        END;
        COMMIT;
        EXIT WHEN place IS NULL;
    END LOOP;
END $$
"""


def fill(table: str, values: str, *, where: str, key: str = "id", size: int = 1_000) -> None:
    """Set `values` in the rows that `where` finds, `size` rows in each transaction.

    `key` is a text column with an index, the primary key as a rule. A batch that does not get its locks waits a
    little longer each time, and is given up after 30 times. A filled row must not match `where`, so that a second
    run goes on where the first one stopped. `--sql` prints the same loop.
    """
    with without_transaction():
        op.execute(_FILL.format(table=table, values=values, where=where, key=key, size=size, tries=_TRIES))
