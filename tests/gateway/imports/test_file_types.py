"""File types: a file is what it holds, and one that is named like another is refused."""

import io
import json
import zipfile

import pytest

from domain.imports.readers import ReadLimits
from domain.imports.reports import ImportKind
from gateway.imports import file_types
from gateway.imports.file_types import WrongFileError
from tests.builders import question_files
from tests.builders.roadmaps import a_file, a_node, a_track

GIFT = b"Is it so? {T}\n"
JSON = json.dumps(question_files.a_file()).encode()


def label(
    content: bytes, filename: str, *, kind: ImportKind = ImportKind.QUESTIONS, wanted: str | None = None
) -> str:
    told = file_types.type_of(
        io.BytesIO(content), filename=filename, kind=kind, wanted=wanted, limits=ReadLimits()
    )
    return told.format.label


@pytest.mark.parametrize(
    ("content", "filename", "expected"),
    [
        (GIFT, "questions.gift", "gift"),
        (GIFT, "questions.txt", "gift"),
        (GIFT, "questions", "gift"),
        ("Größe? {T}".encode("utf-16"), "questions.gift", "gift"),
        (b"\xef\xbb\xbf" + JSON, "questions.json", "questpath-questions/1"),
        (b"{=4 ~5} is 2 + 2.\n", "first.gift", "gift"),
    ],
)
def test_the_format_is_told_by_the_content(content: bytes, filename: str, expected: str) -> None:
    assert label(content, filename) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (a_file(a_node("start")), "questpath-roadmap/1"),
        (json.dumps(json.loads(a_track())), "exercism-track/3"),
    ],
)
def test_the_formats_of_roadmaps_are_told_apart(content: str, expected: str) -> None:
    assert label(content.encode(), "config.json", kind=ImportKind.ROADMAP) == expected


@pytest.mark.parametrize(
    ("content", "filename", "sentence"),
    [
        (JSON, "questions.gift", "named like gift, and is questpath-questions/1"),
        (GIFT, "questions.json", "named like questpath-questions/1, and is gift"),
        (b"%PDF-1.7 ...", "questions.gift", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "questions.gift", "a PNG image"),
        (b"MZ\x90\x00", "questions.gift", "a program"),
        (b"just some words", "words.txt", "none of the formats"),
        (b"", "empty.gift", "none of the formats"),
    ],
)
def test_a_file_that_is_something_else_is_refused_by_name(
    content: bytes, filename: str, sentence: str
) -> None:
    with pytest.raises(WrongFileError, match=sentence):
        label(content, filename)


def test_a_chosen_format_that_the_file_has_not_is_refused() -> None:
    with pytest.raises(WrongFileError, match="not questpath-questions/1, but gift"):
        label(GIFT, "questions", wanted="JSON")


def test_a_package_of_no_known_format_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("hello.gift", GIFT)

    with pytest.raises(WrongFileError, match="none of the formats"):
        label(file.getvalue(), "questions.zip")
