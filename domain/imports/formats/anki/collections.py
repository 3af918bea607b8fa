"""Collections of Anki: the SQLite database of a package, with its notes, note types and decks.

The database is a stranger's file. It is opened in memory, may only be read, and no statement runs without an end.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from domain.entities import entity
from domain.imports.formats.anki.messages import MalformedMessageError, fields_of, text_field
from domain.imports.guards.harm import HarmfulFileError

_STEPS, _MOST_CALLS = 1_000_000, 500
"""How many steps of SQLite pass between two looks at the count, and how many looks all statements together may take."""
_READS = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION}
_BROKEN = "The collection in the package is not a database of Anki; export the deck again."
_CLOZE = 1
_FAULTS = (
    sqlite3.Error,
    MalformedMessageError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    RecursionError,
)
"""What reading a database that is none of Anki may raise: its values may be of any type."""


@entity
class AnkiNoteType:
    """What the notes of a type show: the names of their fields, and the two sides of each card as templates."""

    name: str
    is_cloze: bool
    fields: list[str]
    templates: list[tuple[str, str]]


@entity
class AnkiNote:
    """A note: its id in all collections, its type, the values of its fields, its tags and its deck."""

    number: int
    guid: str
    type: AnkiNoteType | None
    values: list[str]
    tags: str
    deck: str


def notes(database: bytes) -> Iterator[AnkiNote]:
    """Yield the notes in the order in which they were made; raises HarmfulFileError."""
    with closing(sqlite3.connect(":memory:", check_same_thread=False)) as connection:
        try:
            connection.deserialize(database)
            _guard(connection)
            yield from _notes(connection)
        except _FAULTS:
            raise HarmfulFileError(_BROKEN) from None


def _guard(connection: sqlite3.Connection) -> None:
    calls = iter(range(_MOST_CALLS))
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.create_collation("unicase", lambda one, other: (one > other) - (one < other))
    connection.set_progress_handler(lambda: 0 if next(calls, None) is not None else 1, _STEPS)
    connection.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_OK if action in _READS else sqlite3.SQLITE_DENY
    )


def _notes(connection: sqlite3.Connection) -> Iterator[AnkiNote]:
    tables = {
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if isinstance(name, str)
    }
    if not {"notes", "cards"} <= tables:
        raise HarmfulFileError(_BROKEN)
    newer = "notetypes" in tables
    types = _types_of_tables(connection) if newer else _types_of_json(connection)
    decks = _decks_of_tables(connection) if newer else _decks_of_json(connection)
    found = connection.execute(
        "SELECT guid, mid, flds, tags, did FROM notes LEFT JOIN (SELECT nid, min(did) AS did FROM cards GROUP BY nid) "
        "ON nid = notes.id ORDER BY notes.id"
    )
    for number, (guid, kind, fields, tags, deck) in enumerate(found, start=1):
        if not isinstance(fields, str):
            raise HarmfulFileError(_BROKEN, line=number)
        yield AnkiNote(
            number=number,
            guid=str(guid),
            type=types.get(str(kind)),
            values=fields.split("\x1f"),
            tags=str(tags or "").strip(),
            deck=decks.get(str(deck), ""),
        )


def _types_of_json(connection: sqlite3.Connection) -> dict[str, AnkiNoteType]:
    (models,) = connection.execute("SELECT models FROM col").fetchone()
    return {
        str(key): AnkiNoteType(
            name=str(model["name"]),
            is_cloze=model.get("type") == _CLOZE,
            fields=[str(field["name"]) for field in sorted(model["flds"], key=_place)],
            templates=[(str(card["qfmt"]), str(card["afmt"])) for card in sorted(model["tmpls"], key=_place)],
        )
        for key, model in json.loads(models).items()
    }


def _decks_of_json(connection: sqlite3.Connection) -> dict[str, str]:
    (decks,) = connection.execute("SELECT decks FROM col").fetchone()
    return {str(key): str(deck["name"]) for key, deck in json.loads(decks).items()}


def _place(part: dict[str, Any]) -> int:
    return int(part.get("ord") or 0)


def _types_of_tables(connection: sqlite3.Connection) -> dict[str, AnkiNoteType]:
    types = {
        str(key): AnkiNoteType(
            name=str(name), is_cloze=(1, _CLOZE) in fields_of(config), fields=[], templates=[]
        )
        for key, name, config in connection.execute("SELECT id, name, config FROM notetypes")
    }
    for key, name in connection.execute("SELECT ntid, name FROM fields ORDER BY ntid, ord"):
        types[str(key)].fields.append(str(name))
    for key, config in connection.execute("SELECT ntid, config FROM templates ORDER BY ntid, ord"):
        types[str(key)].templates.append((text_field(config, 1), text_field(config, 2)))
    return types


def _decks_of_tables(connection: sqlite3.Connection) -> dict[str, str]:
    found = connection.execute("SELECT id, name FROM decks")
    return {str(key): str(name).replace("\x1f", "::") for key, name in found}
