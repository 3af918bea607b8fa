"""Packages of Anki: each note with one field in front and one at the back becomes a question with a short answer."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import BinaryIO

from domain.content.answer_keys import AcceptedText
from domain.content.question_kinds.key_drafts import FULL, KeyDraft
from domain.content.question_kinds.short_text import LONGEST_TEXT
from domain.content.question_kinds.table import QuestionKind
from domain.imports.formats.anki.collections import AnkiNote, AnkiNoteType, notes
from domain.imports.formats.anki.messages import MalformedMessageError, fields_of, text_field
from domain.imports.formats.found_questions import FoundQuestions, FullError, UnreadableError, left_out
from domain.imports.formats.rich_texts import HtmlCleaner, RichTexts
from domain.imports.guards.archives import Archive
from domain.imports.guards.harm import HarmfulFileError
from domain.imports.question_drafts import QuestionDraft
from domain.imports.readers import (
    LossNote,
    MediaFile,
    QuestionItem,
    QuestionReader,
    ReadLimits,
    Record,
    RefusedItem,
)

LABEL = "anki"
EXTENSIONS = (".apkg", ".colpkg")
Decompress = Callable[[bytes, int], bytes]
"""Unpacks zstd to at most so many bytes; raises HarmfulFileError."""

_PACKED = "collection.anki21b"
_COLLECTIONS = (_PACKED, "collection.anki21", "collection.anki2")
"""The databases of a package, the newest first: older ones only tell old programs to update."""
_FIELD = re.compile(r"\{\{(?![#/^!])(?:[^{}:]*:)*([^{}:]+)\}\}")
_SPECIAL = {"FrontSide", "Tags", "Type", "Deck", "Subdeck", "Card", "CardFlag"}
_SOUND = re.compile(r"\[sound:[^\]]*\]")
_SHOWN = 60


def recognises(_head: bytes, names: tuple[str, ...]) -> bool:
    """Tell whether a package holds a collection."""
    return any(name in names for name in _COLLECTIONS)


def reader(clean: HtmlCleaner, decompress: Decompress) -> QuestionReader:
    """Return the reader, given what cleans HTML and what unpacks zstd."""
    return partial(_read, clean=clean, decompress=decompress)


def _read(
    file: BinaryIO, *, limits: ReadLimits, clean: HtmlCleaner, decompress: Decompress
) -> Iterator[Record]:
    questions = FoundQuestions(limits)
    try:
        deck = _Deck(Archive(file, limits=limits), limits, decompress)
        for note in notes(deck.database()):
            reading = _Card(note, clean, deck)
            for record in questions.found(
                note.number, note.guid, reading.item, names_are_ids=True, where=reading.first_words
            ):
                yield record
                if isinstance(record, QuestionItem):
                    yield from deck.pictures(record.media, note.number)
    except HarmfulFileError as error:
        yield RefusedItem(line=error.line, item="file", reason=error.reason)
    except FullError:
        return


class _Deck:
    """The files of a package; pictures are yielded once."""

    def __init__(self, archive: Archive, limits: ReadLimits, decompress: Decompress) -> None:
        self._archive = archive
        self._limits = limits
        self._decompress = decompress
        self._is_packed = _PACKED in archive.names
        self.media = self._media()
        self._yielded: set[str] = set()
        self._sides: dict[int, tuple[str, str] | UnreadableError] = {}

    def database(self) -> bytes:
        """Return the newest collection; raises HarmfulFileError."""
        for name in _COLLECTIONS:
            if name in self._archive.names:
                content = self._archive.read(name)
                return self._unpacked(content) if name == _PACKED else content
        raise HarmfulFileError("The package holds no collection of Anki; export the deck from Anki again.")

    def pictures(self, names: tuple[str, ...], line: int) -> Iterator[Record]:
        """Yield the pictures of these names."""
        for name in names:
            if name in self._yielded:
                continue
            self._yielded.add(name)
            content = self._archive.read(self.media[name])
            content = self._unpacked(content) if self._is_packed else content
            if len(content) > self._limits.largest_media:
                reason = f"The picture is larger than {self._limits.largest_media:,} bytes."
                yield LossNote(line=line, item=name, reason=reason)
            else:
                yield MediaFile(name=name, line=line, content=content)

    def sides(self, kind: AnkiNoteType) -> tuple[str, str]:
        """Return the fields in front and at the back of a type; raises UnreadableError."""
        if id(kind) not in self._sides:
            try:
                self._sides[id(kind)] = _sides(kind)
            except UnreadableError as error:
                self._sides[id(kind)] = error
        found = self._sides[id(kind)]
        if isinstance(found, UnreadableError):
            raise type(found)(found.reason)
        return found

    def _unpacked(self, content: bytes) -> bytes:
        return self._decompress(content, self._limits.largest_entry)

    def _media(self) -> dict[str, str]:
        """Return the names of pictures and sounds with the names that the package gives them, which are numbers."""
        if "media" not in self._archive.names:
            return {}
        content = self._archive.read("media")
        try:
            if self._is_packed:
                entries = [value for field, value in fields_of(self._unpacked(content)) if field == 1]
                named = {
                    text_field(value, 1): str(place)
                    for place, value in enumerate(entries)
                    if isinstance(value, bytes)
                }
            else:
                named = {str(name): str(place) for place, name in json.loads(content).items()}
        except (ValueError, AttributeError, RecursionError, MalformedMessageError):
            raise HarmfulFileError(
                "The list of media in the package cannot be read; export it again."
            ) from None
        return {name: place for name, place in named.items() if place in self._archive.names}


class _Card:
    """The first card of one note as a question."""

    def __init__(self, note: AnkiNote, clean: HtmlCleaner, deck: _Deck) -> None:
        self._note = note
        self._deck = deck
        self._losses: list[str] = []
        self._texts = RichTexts(clean, self._losses)
        self.first_words = re.sub(r"<[^>]*>", " ", note.values[0][: 4 * _SHOWN])[:_SHOWN].strip()

    def item(self, draft: QuestionDraft, losses: list[str]) -> QuestionItem:
        """Return the question; raises UnreadableError."""
        note = self._note
        if note.type is None:
            raise UnreadableError("Its note type is not in the package.")
        if note.type.is_cloze:
            raise left_out("Cloze notes are")
        front, back = self._deck.sides(note.type)
        prompt, answer = self._text(note.type, front), self._text(note.type, back)
        if "\n" in answer or len(answer) > LONGEST_TEXT:
            raise left_out(
                "Cards whose back has several lines or more than 500 characters, so that it cannot be typed, are"
            )
        self._lose(note.type, {front, back})
        losses += self._losses
        key = KeyDraft(texts=[AcceptedText(text=answer, weight=FULL)])
        return QuestionItem(
            draft=replace(draft, kind=QuestionKind.SHORT_TEXT, prompt=prompt, key=key),
            categories=tuple(part for part in note.deck.split("::") if part),
            media=tuple(name for name in self._texts.media if name in self._deck.media),
        )

    def _text(self, kind: AnkiNoteType, field: str) -> str:
        place = kind.fields.index(field)
        source = self._note.values[place] if place < len(self._note.values) else ""
        if _SOUND.search(source):
            self._losses.append("Sounds are not kept.")
        return self._texts.html(_SOUND.sub("", source))

    def _lose(self, kind: AnkiNoteType, read: set[str]) -> None:
        self._texts.lose_pictures(frozenset(self._deck.media))
        for field, value in zip(kind.fields, self._note.values, strict=False):
            if field not in read and value.strip():
                self._losses.append(f"The field {field[:40]} is not kept.")
        if len(kind.templates) > 1:
            self._losses.append("Of the cards of a note only the first becomes a question.")
        if self._note.tags:
            self._losses.append("Tags are not kept.")


def _sides(kind: AnkiNoteType) -> tuple[str, str]:
    """Return the fields in front and at the back of the first card; raises UnreadableError unless there is one each."""
    if not kind.templates:
        raise UnreadableError("Its note type has no card.")
    front, back = (
        [
            field
            for field in dict.fromkeys(_FIELD.findall(side))
            if field in kind.fields and field not in _SPECIAL
        ]
        for side in kind.templates[0]
    )
    asked, told = front, [field for field in back if field not in front]
    typed = [field for field in asked if f"type:{field}}}}}" in kind.templates[0][0]]
    asked = [field for field in asked if field not in typed]
    told = list(dict.fromkeys(typed + told))
    if len(asked) != 1 or len(told) != 1:
        raise left_out("Cards that do not show one field in front and one more at the back are")
    return asked[0], told[0]
