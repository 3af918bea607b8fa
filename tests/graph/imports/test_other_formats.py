"""Formats of other systems through the schema: what one author exports, another one uploads and imports."""

import json
from base64 import b64decode
from typing import Any

import pytest

from domain.imports.exports.exported_files import ExportFormat
from tests.builders.decks import a_newer_deck, a_note
from tests.support.accounts import accepted
from tests.support.exports import FILE, a_quiz
from tests.support.schema_client import Asker
from tests.support.uploads import an_author, imported

GRAPH = {
    "nodes": [
        {"id": "t", "type": "title", "data": {"label": "Sailing well"}},
        {"id": "a", "type": "topic", "position": {"x": 0, "y": 1}, "data": {"label": "Knots"}},
        {"id": "b", "type": "topic", "position": {"x": 0, "y": 2}, "data": {"label": "Sails"}},
    ],
    "edges": [{"id": "e", "source": "a", "target": "b"}],
}


@pytest.mark.parametrize("format_", [each.value for each in ExportFormat if each is not ExportFormat.JSON])
async def test_an_exported_quiz_can_be_uploaded_by_another_author(ask: Asker, format_: str) -> None:
    author, other = await an_author(ask), await an_author(ask)
    quiz_id = await a_quiz(ask, author, size=3)
    file = (await accepted(ask, author, "exportQuiz", FILE, quizId=quiz_id, format=format_))["file"]

    done = await imported(ask, other, b64decode(file["base64"]), filename=file["name"], title="Tides again")

    assert (done["outcome"], done["accepted"]) == ("STORED", 3), done
    found = await ask.data('{ quiz(by: {slug: "tides-again"}) { questionCount } }')
    assert found["quiz"] == {"questionCount": 3}


async def test_a_deck_becomes_a_quiz(ask: Asker) -> None:
    deck = a_newer_deck(a_note("Capital of Italy?", "Rome"), a_note("Capital of France?", "Paris"))

    done = await imported(ask, await an_author(ask), deck, filename="capitals.apkg", title="Capitals")

    assert (done["outcome"], done["accepted"], done["format"]) == ("STORED", 2, "anki")


@pytest.mark.parametrize(
    ("content", "filename"),
    [(json.dumps(GRAPH), "sailing.json"), ("# Sailing well\n\n- Knots\n- Sails\n", "sailing.md")],
)
async def test_a_roadmap_of_another_system_becomes_a_draft(ask: Asker, content: str, filename: str) -> None:
    author = await an_author(ask)

    done = await imported(ask, author, content.encode(), filename=filename, field="importRoadmap")

    assert (done["outcome"], done["accepted"]) == ("STORED", 2), done


@pytest.mark.parametrize(
    ("content", "filename", "reason"),
    [
        (b"<quiz><question type='truefalse'>", "a.xml", "not XML"),
        (b'<!DOCTYPE q [<!ENTITY a "b">]><quiz>&a;</quiz>', "a.xml", "entities"),
        (b"<quiz>" + b"<a>" * 10_000, "a.xml", "nested"),
        (b"question,answer\nWet?,TRUE\n", "a.apkg", "named like anki, and is csv"),
    ],
)
async def test_a_file_that_lies_or_does_harm_is_refused(
    ask: Asker, content: bytes, filename: str, reason: str
) -> None:
    done: dict[str, Any] = await imported(ask, await an_author(ask), content, filename=filename)

    assert done["outcome"] == "REFUSED"
    assert reason in done["findings"]["nodes"][0]["reason"]
