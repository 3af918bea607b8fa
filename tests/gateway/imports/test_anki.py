"""Anki: decks of both versions, and databases of strangers."""

import io
import sqlite3
import zipfile

import pytest

from domain.content.answer_keys import AcceptedText
from domain.content.question_kinds.table import QuestionKind
from domain.imports.readers import QuestionFileFormat
from tests.builders.decks import BASIC, a_deck, a_newer_deck, a_note
from tests.support import file_readers
from tests.support.file_readers import Found

FORMAT = QuestionFileFormat.ANKI


def read(content: bytes) -> Found:
    return file_readers.read(FORMAT, content)


@pytest.mark.parametrize("deck", [a_deck, a_newer_deck])
def test_front_and_back_become_a_question_with_a_short_answer(deck) -> None:
    found = read(deck(a_note("What <b>divides</b>?", "A cell", guid="one")))

    (draft,) = found.drafts
    assert (draft.kind, draft.name, draft.prompt) == (QuestionKind.SHORT_TEXT, "one", "What divides?")
    assert draft.key.texts == [AcceptedText(text="A cell", weight=100)]
    assert found.items[0].categories == ("Biology", "Cells")


@pytest.mark.parametrize("deck", [a_deck, a_newer_deck])
def test_pictures_come_under_their_names(deck) -> None:
    note = a_note('<img src="cell.png"> What is it?', "A cell")

    found = read(deck(note, media={"other.png": b"no", "cell.png": b"\x89PNG"}))

    assert found.items[0].media == ("cell.png",)
    assert [(media.name, media.content) for media in found.media] == [("cell.png", b"\x89PNG")]


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        (a_note("{{c1::Cells}} divide", model=2), "Cloze notes are"),
        (a_note("Name all", "one<br>two"), "several lines"),
        (a_note("Long", "x" * 501), "more than 500 characters"),
    ],
)
def test_cards_that_are_no_short_answer_are_left_out(note, reason: str) -> None:
    found = read(a_deck(note, a_note("Q", "A")))

    assert [draft.prompt for draft in found.drafts] == ["Q"]
    assert (found.losses[0].line, reason in found.lost) == (1, True)


def test_a_card_that_shows_several_fields_is_left_out() -> None:
    wide = BASIC | {
        "flds": [{"name": name, "ord": place} for place, name in enumerate(("Front", "Back", "More"))],
        "tmpls": [{"name": "C", "ord": 0, "qfmt": "{{Front}}", "afmt": "{{Back}} {{More}}"}],
    }

    found = read(a_deck(a_note("Q", "A", "B"), models=[wide]))

    assert found.drafts == []
    assert "one field in front" in found.lost


def test_tags_sounds_and_further_fields_are_losses() -> None:
    wide = BASIC | {
        "flds": [{"name": name, "ord": place} for place, name in enumerate(("Front", "Back", "Note"))]
    }

    found = read(a_deck(a_note("Q [sound:a.mp3]", "A", "hidden", tags=" hard "), models=[wide]))

    assert found.drafts[0].prompt == "Q"
    for reason in ("Sounds", "The field Note", "Tags"):
        assert reason in found.lost


def test_equal_guids_and_empty_sides_are_refused() -> None:
    found = read(a_deck(a_note("Q", "A", guid="x"), a_note("R", "B", guid="x"), a_note("", "A", guid="y")))

    assert [draft.prompt for draft in found.drafts] == ["Q"]
    assert [item.line for item in found.refused] == [2, 3]
    assert "has the same id" in found.reasons


def a_package(**files: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_", "."), text)
    return content.getvalue()


def a_database(*statements: str) -> bytes:
    database = sqlite3.connect(":memory:")
    for statement in statements:
        database.execute(statement)
    database.commit()
    return database.serialize()


ENDLESS = (
    "CREATE VIEW notes AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id, '' AS guid, 1 AS mid, "
    "'' AS flds, '' AS tags FROM n"
)


@pytest.mark.parametrize(
    "content",
    [
        b"not a zip",
        a_package(other=b"x"),
        a_package(collection_anki2=b"not a database"),
        a_package(collection_anki21b=b"not zstd"),
        a_package(collection_anki2=a_database("CREATE TABLE other (x)")),
        a_package(collection_anki2=a_database("CREATE TABLE cards (nid, did)", ENDLESS)),
        a_package(
            collection_anki2=a_database(
                "CREATE TABLE cards (nid, did)",
                "CREATE TABLE notes (id, guid, mid, flds, tags)",
                "CREATE TABLE col (models, decks)",
                "INSERT INTO col VALUES ('[1]', 'x')",
            )
        ),
    ],
)
def test_what_is_no_deck_is_refused(content: bytes) -> None:
    found = read(content)

    assert found.drafts == []
    assert [item.item for item in found.refused] == ["file"]
