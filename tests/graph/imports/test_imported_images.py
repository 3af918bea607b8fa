"""Images of a package: those of the right kind are shown by their questions, the rest is told, and unused ones go."""

import io
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

import pytest

from domain.imports import gift
from domain.imports.exports import exported_pictures
from domain.imports.exports.exported_files import ExportFormat
from domain.imports.exports.file_table import FILE_KINDS
from domain.imports.readers import (
    MediaFile,
    QuestionFileFormat,
    QuestionFormat,
    QuestionItem,
    ReadLimits,
    Record,
)
from domain.unit_of_work import Meter
from gateway.imports import format_table
from tests.builders.images import gif, png
from tests.support import file_readers
from tests.support.accounts import accepted
from tests.support.clients.roadmaps import QUIZ
from tests.support.exports import FILE
from tests.support.schema_client import FILES, Asker
from tests.support.uploads import an_author, imported

RECORDS: list[Record] = []


def a_question(prompt: str, *media: str) -> QuestionItem:
    (item,) = gift.read(io.BytesIO(f"{prompt} {{T}}\n".encode()), limits=ReadLimits())
    assert isinstance(item, QuestionItem)
    return QuestionItem(draft=item.draft, media=media)


@pytest.fixture(autouse=True)
def records(monkeypatch: pytest.MonkeyPatch) -> list[Record]:
    """Let a format yield the records of a test."""

    def read(file: BinaryIO, *, limits: ReadLimits) -> Iterator[Record]:
        yield from RECORDS

    packages = QuestionFormat(
        format=QuestionFileFormat.GIFT,
        label="packages",
        extensions=(".zip",),
        recognises=lambda _head, _names: True,
        read=read,
        is_text=False,
    )
    monkeypatch.setitem(format_table.ALL_QUESTION_FORMATS, QuestionFileFormat.GIFT, packages)
    RECORDS.clear()
    return RECORDS


async def images(ask: Asker, slug: str) -> list[list[dict[str, Any]]]:
    """Return the images of each question of a quiz."""
    async with ask.ports.open_reads(Meter()) as reads:
        quiz = await reads.quizzes.by_slug(slug)
        assert quiz is not None
        of_questions = await reads.media.of_questions(await reads.quizzes.question_ids(quiz.id))
    return [[{"type": each.content_type, "name": each.name} for each in found] for found in of_questions]


async def test_questions_show_the_images_of_their_package(ask: Asker, records: list[Record]) -> None:
    author = await an_author(ask)
    records += [
        MediaFile(name="one.bin", line=1, content=png()),
        MediaFile(name="two.bin", line=1, content=gif()),
        a_question("Which one?", "two.bin", "one.bin"),
        a_question("And without?"),
    ]

    done = await imported(ask, author, b"package", filename="p.zip", title="Images")

    assert (done["outcome"], done["accepted"], done["lossCount"]) == ("STORED", 2, 0)
    first, second = await images(ask, "images")
    assert [each["type"] for each in first] == ["image/gif", "image/png"]
    assert second == []
    for each in first:
        assert (FILES / "media" / each["name"][:2] / each["name"]).exists()


@pytest.mark.parametrize("format_", ExportFormat)
async def test_an_export_says_which_questions_lose_their_images(
    ask: Asker, records: list[Record], format_: ExportFormat
) -> None:
    author = await an_author(ask)
    records += [
        MediaFile(name="one", line=1, content=png()),
        MediaFile(name="two", line=1, content=gif()),
        a_question("::shown::Which one?", "two", "one"),
        a_question("::bare::And without?"),
    ]
    await imported(ask, author, b"package", filename="p.zip", title="Images")
    quiz_id = (await ask.data(QUIZ, slug="images"))["quiz"]["id"]

    file = (await accepted(ask, author, "exportQuiz", FILE, quizId=quiz_id, format=format_.value))["file"]

    told = [loss["item"] for loss in file["losses"] if "picture" in loss["reason"]]
    assert told == ([] if FILE_KINDS[format_].holds_pictures else ["shown"])


@pytest.mark.parametrize("format_", [each for each in ExportFormat if FILE_KINDS[each].holds_pictures])
async def test_a_prompt_with_images_comes_back_with_them_from_a_file_that_holds_them(
    ask: Asker, records: list[Record], format_: ExportFormat
) -> None:
    author = await an_author(ask)
    prompt = "Which one,  with\n\n  <b> & more?"
    item = a_question("::shown::Which?", "two", "one")
    records += [
        MediaFile(name="one", line=1, content=png()),
        MediaFile(name="two", line=1, content=gif()),
        replace(item, draft=replace(item.draft, prompt=prompt)),
    ]
    await imported(ask, author, b"package", filename="p.zip", title="Images")
    quiz_id = (await ask.data(QUIZ, slug="images"))["quiz"]["id"]

    file = (await accepted(ask, author, "exportQuiz", FILE, quizId=quiz_id, format=format_.value))["file"]
    back = file_readers.read(QuestionFileFormat[format_.value], b64decode(file["base64"]))

    assert [draft.prompt for draft in back.drafts] == [prompt]
    assert [each.content for each in back.media] == [gif(), png()]
    assert back.items[0].media == tuple(each.name for each in back.media)
    assert (back.refused, back.lost) == ([], "")


async def test_images_beyond_the_size_of_an_export_are_losses(
    ask: Asker, records: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exported_pictures, "LARGEST_PICTURES", len(gif()))
    author = await an_author(ask)
    records += [
        MediaFile(name="one", line=1, content=png()),
        MediaFile(name="two", line=1, content=gif()),
        a_question("::shown::Which one?", "two", "one"),
    ]
    await imported(ask, author, b"package", filename="p.zip", title="Images")
    quiz_id = (await ask.data(QUIZ, slug="images"))["quiz"]["id"]

    file = (await accepted(ask, author, "exportQuiz", FILE, quizId=quiz_id, format="MOODLE_XML"))["file"]

    assert {"item": "shown", "reason": "1 picture(s) are not in the file."} in file["losses"]
    assert file["text"].count("<file ") == 1


async def test_the_same_words_about_another_image_are_another_question(
    ask: Asker, records: list[Record]
) -> None:
    author = await an_author(ask)
    records += [
        MediaFile(name="one", line=1, content=png()),
        MediaFile(name="two", line=1, content=gif()),
        a_question("What is it?", "one"),
        a_question("What is it?", "two"),
        a_question("What is it?", "one"),
    ]

    done = await imported(ask, author, b"package", filename="p.zip")

    assert (done["accepted"], done["lossCount"]) == (2, 1)


async def test_what_is_no_image_is_told_and_the_question_stays(ask: Asker, records: list[Record]) -> None:
    author = await an_author(ask)
    records += [
        MediaFile(name="a.png", line=3, content=b"<svg xmlns='x'/>"),
        a_question("Which one?", "a.png", "missing.png"),
    ]

    done = await imported(ask, author, b"package", filename="p.zip", title="Told")

    reasons = [each["reason"] for each in done["findings"]["nodes"]]
    assert (done["outcome"], done["accepted"]) == ("STORED", 1)
    assert "SVG" in reasons[0]
    assert reasons[1:] == ["A picture of the question is not in the file, or is not kept."] * 2
    assert await images(ask, "told") == [[]]


async def test_images_that_no_question_shows_go_after_a_day(ask: Asker, records: list[Record]) -> None:
    author = await an_author(ask)
    records += [
        MediaFile(name="shown", line=1, content=png()),
        MediaFile(name="unused", line=1, content=gif(5, 7)),
        a_question("Which one?", "shown"),
    ]
    await imported(ask, author, b"package", filename="p.zip", title="Unused")

    async with ask.ports.open_work(Meter()) as work:
        early = await work.media.remove_unused(before=ask.clock(), most=10)
    ask.clock.forward(seconds=1)
    async with ask.ports.open_work(Meter()) as work:
        late = await work.media.remove_unused(before=ask.clock(), most=10)

    assert early == []
    assert [name.rpartition(".")[2] for name in late] == ["gif"]
    assert [[each["type"] for each in found] for found in await images(ask, "unused")] == [["image/png"]]
