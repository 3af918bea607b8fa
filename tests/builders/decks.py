"""Builders of Anki packages: decks as Anki 2.1 writes them, and as it does since 2.1.50."""

import io
import json
import sqlite3
import sys
import zipfile
from collections.abc import Sequence

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BASIC = {
    "name": "Basic",
    "type": 0,
    "flds": [{"name": "Front", "ord": 0}, {"name": "Back", "ord": 1}],
    "tmpls": [{"name": "Card 1", "ord": 0, "qfmt": "{{Front}}", "afmt": "{{FrontSide}}<hr>{{Back}}"}],
}
CLOZE = {
    "name": "Cloze",
    "type": 1,
    "flds": [{"name": "Text", "ord": 0}],
    "tmpls": [{"name": "Cloze", "ord": 0, "qfmt": "{{cloze:Text}}", "afmt": "{{cloze:Text}}"}],
}


def a_note(
    *fields: str, model: int = 1, guid: str | None = None, tags: str = ""
) -> tuple[str, int, str, str]:
    return (guid or f"guid-{'-'.join(fields)}"[:60], model, "\x1f".join(fields), tags)


def a_deck(
    *notes: tuple[str, int, str, str],
    media: dict[str, bytes] | None = None,
    models: Sequence[object] = (BASIC, CLOZE),
) -> bytes:
    database = _database(
        "CREATE TABLE col (models text, decks text)",
        notes,
    )
    named = {str(number): model for number, model in enumerate(models, start=1)}
    decks = {"9": {"name": "Biology::Cells"}}
    database.execute("INSERT INTO col VALUES (?, ?)", (json.dumps(named), json.dumps(decks)))
    return _package(
        {"collection.anki21": _bytes(database), "media": json.dumps(_numbered(media))},
        media,
        pack=lambda b: b,
    )


def a_newer_deck(*notes: tuple[str, int, str, str], media: dict[str, bytes] | None = None) -> bytes:
    database = _database("CREATE TABLE notetypes (id integer primary key, name text, config blob)", notes)
    database.execute("CREATE TABLE fields (ntid integer, ord integer, name text)")
    database.execute("CREATE TABLE templates (ntid integer, ord integer, name text, config blob)")
    database.execute("CREATE TABLE decks (id integer primary key, name text)")
    database.execute("INSERT INTO notetypes VALUES (1, 'Basic', x'')")
    database.execute("INSERT INTO decks VALUES (9, 'Biology\x1fCells')")
    database.executemany("INSERT INTO fields VALUES (1, ?, ?)", [(0, "Front"), (1, "Back")])
    config = _field(1, b"{{Front}}") + _field(2, b"{{FrontSide}}<hr>{{Back}}")
    database.execute("INSERT INTO templates VALUES (1, 0, 'Card 1', ?)", (config,))
    entries = b"".join(_field(1, _field(1, name.encode())) for name in media or {})
    files = {"collection.anki21b": zstd.compress(_bytes(database)), "media": zstd.compress(entries)}
    files["collection.anki2"] = b"for old programs"
    return _package(files, media, pack=zstd.compress)


def _database(create: str, notes: Sequence[tuple[str, int, str, str]]) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.execute(create)
    database.execute(
        "CREATE TABLE notes (id integer primary key, guid text, mid integer, flds text, tags text)"
    )
    database.execute("CREATE TABLE cards (id integer primary key, nid integer, did integer, ord integer)")
    for number, note in enumerate(notes, start=1):
        database.execute(
            "INSERT INTO notes VALUES (?, ?, ?, ?, ?)", (number, note[0], note[1], note[2], note[3])
        )
        database.execute("INSERT INTO cards VALUES (?, ?, 9, 0)", (number, number))
    database.commit()
    return database


def _bytes(database: sqlite3.Connection) -> bytes:
    database.commit()
    return database.serialize()


def _numbered(media: dict[str, bytes] | None) -> dict[str, str]:
    return {str(number): name for number, name in enumerate(media or {})}


def _package(files, media, *, pack) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        for number, picture in enumerate((media or {}).values()):
            archive.writestr(str(number), pack(picture))
    return content.getvalue()


def _field(number: int, value: bytes) -> bytes:
    return bytes([number << 3 | 2, len(value)]) + value
