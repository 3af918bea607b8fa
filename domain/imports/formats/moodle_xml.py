"""Moodle XML: the questions of a quiz as Moodle exports them (https://docs.moodle.org/en/Moodle_XML_format)."""

import base64
import binascii
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import BinaryIO
from urllib.parse import unquote

from domain.content.question_kinds.key_drafts import FULL, KeyDraft
from domain.content.question_kinds.table import QuestionKind
from domain.imports.formats import moodle_parts, weighted_answers
from domain.imports.formats.found_questions import (
    NO_CATEGORIES,
    FoundQuestions,
    FullError,
    UnreadableError,
    left_out,
)
from domain.imports.formats.moodle_cloze import ClozeText
from domain.imports.formats.moodle_parts import text_of
from domain.imports.formats.rich_texts import HtmlCleaner, RichTexts
from domain.imports.formats.weighted_answers import WeightedAnswer, percent
from domain.imports.guards.harm import HarmfulFileError
from domain.imports.guards.xml_documents import AnyElement, XmlElement, elements
from domain.imports.question_drafts import QuestionDraft, in_markdown
from domain.imports.readers import (
    LossNote,
    MediaFile,
    QuestionItem,
    QuestionReader,
    ReadLimits,
    Record,
    RefusedItem,
)

LABEL = "moodle-xml"
EXTENSIONS = (".xml",)
_QUESTION = frozenset({"question"})
_PLUGIN_FILE = "@@PLUGINFILE@@/"
_COMBINED = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
_USUAL = {"Your answer is correct.", "Your answer is partially correct.", "Your answer is incorrect."}
_USUAL |= {f"<p>{sentence}</p>" for sentence in _USUAL}
"""What Moodle writes into the combined feedback of each new question."""
_PLAIN = {"plain_text", "markdown"}
_YES = {"1", "true"}


def recognises(head: bytes, names: tuple[str, ...]) -> bool:
    """Tell whether a file begins like Moodle XML."""
    return not names and b"<quiz" in head and b"assessmentItem" not in head


def reader(clean: HtmlCleaner) -> QuestionReader:
    """Return the reader, given what cleans HTML."""
    return partial(_read, clean=clean)


def _read(file: BinaryIO, *, limits: ReadLimits, clean: HtmlCleaner) -> Iterator[Record]:
    questions = FoundQuestions(limits)
    categories: tuple[str, ...] = ()
    is_quiz = False
    try:
        for element in elements(file, names=_QUESTION, limits=limits):
            is_quiz = True
            if element.get("type") == "category":
                categories = moodle_parts.categories(element)
                if categories:
                    yield LossNote(line=element.line, item="/".join(categories)[:80], reason=NO_CATEGORIES)
                continue
            reading = _Question(element, categories, limits, clean)
            for record in questions.found(element.line, reading.name, reading.item):
                yield record
                if isinstance(record, QuestionItem):
                    yield from reading.pictures()
    except HarmfulFileError as error:
        yield RefusedItem(line=error.line, item="file", reason=error.reason)
    except FullError:
        return
    else:
        if not is_quiz:
            yield RefusedItem(line=1, item="file", reason="It holds no question of Moodle.")


class _Question:
    """One question of the file, with the pictures in it."""

    def __init__(
        self, element: XmlElement, categories: tuple[str, ...], limits: ReadLimits, clean: HtmlCleaner
    ) -> None:
        self._element = element
        self._categories = categories
        self._limits = limits
        self._losses: list[str] = []
        self._texts = RichTexts(clean, self._losses)
        self._files = {each.get("name", ""): each for each in element.iter("file")}
        self.name = text_of(element.find("name")) or text_of(element.find("questiontext"))[:80]

    def item(self, draft: QuestionDraft, losses: list[str]) -> QuestionItem:
        """Return the question; raises UnreadableError."""
        kind = self._element.get("type", "")
        if kind in moodle_parts.NO_KINDS:
            raise left_out(moodle_parts.NO_KINDS[kind])
        read = _KINDS.get(kind)
        if read is None:
            raise left_out(f"The question type {kind[:40]} is")
        if kind != "cloze":  # which reads its text itself
            draft = replace(draft, prompt=self._read(self._element.find("questiontext")))
        draft = read(self, draft)
        text = self._element.find("questiontext")
        if text is not None and text.get("format") == "markdown":
            draft = in_markdown(draft, self._losses)
        draft = replace(draft, explanation=self._read(self._element.find("generalfeedback")))
        self._lose(self._losses)
        losses += self._losses
        return QuestionItem(draft=draft, categories=self._categories, media=tuple(self._shown().values()))

    def pictures(self) -> Iterator[Record]:
        """Yield the pictures that the question shows."""
        for name in self._shown().values():
            element = self._files[name]
            try:
                content = base64.b64decode("".join(element.itertext()))
            except (binascii.Error, ValueError):
                yield LossNote(
                    line=self._element.line, item=name, reason="The picture is not written in base 64."
                )
                continue
            if len(content) > self._limits.largest_media:
                reason = f"The picture is larger than {self._limits.largest_media:,} bytes."
                yield LossNote(line=self._element.line, item=name, reason=reason)
                continue
            yield MediaFile(name=name, line=self._element.line, content=content)

    def _shown(self) -> dict[str, str]:
        """Return the names of the pictures that are in the file, by what the question calls them."""
        named = {source: unquote(source.removeprefix(_PLUGIN_FILE)) for source in self._texts.media}
        return {source: name for source, name in named.items() if name in self._files}

    def _read(self, element: AnyElement | None) -> str:
        if element is None:
            return ""
        return self._formatted(text_of(element), element)

    def _formatted(self, source: str, element: AnyElement) -> str:
        """Return a text as learners will see it, which is in the format that the element names."""
        if element.get("format") in _PLAIN:
            return self._texts.plain(source)
        return self._texts.html(source, keep_lines=element.get("format") == "moodle_auto_format")

    def _answers(self, *, are_plain: bool) -> list[tuple[WeightedAnswer, str]]:
        """Return the answers with their tolerances; those that are typed in are no HTML."""
        return [
            (
                WeightedAnswer(
                    text=self._texts.plain(text_of(answer)) if are_plain else self._read(answer),
                    weight=percent(answer.get("fraction", "0")),
                    feedback=self._read(answer.find("feedback")),
                ),
                text_of(answer.find("tolerance")),
            )
            for answer in self._element.iterfind("answer")
        ]

    def choice(self, draft: QuestionDraft) -> QuestionDraft:
        """Read a choice of one or of several options."""
        answers = [answer for answer, _ in self._answers(are_plain=False)]
        if self._setting("single", "true") in _YES:
            key = weighted_answers.single_choice(answers, self._losses)
            return replace(draft, kind=QuestionKind.SINGLE_CHOICE, key=key)
        key = weighted_answers.multiple_choice(answers, self._losses)
        return replace(draft, kind=QuestionKind.MULTIPLE_CHOICE, key=key)

    def statement(self, draft: QuestionDraft) -> QuestionDraft:
        """Read a statement that is true or false."""
        answers = {answer.text.lower(): answer for answer, _ in self._answers(are_plain=True)}
        if answers.keys() != {"true", "false"} or sorted(a.weight for a in answers.values()) != [0, FULL]:
            raise UnreadableError(
                "One of the answers true and false must have the fraction 100, the other 0."
            )
        feedback = {name: answer.feedback for name, answer in answers.items() if answer.feedback}
        key = KeyDraft(truth=answers["true"].weight == FULL, feedback=feedback)
        return replace(draft, kind=QuestionKind.TRUE_FALSE, key=key)

    def short_answer(self, draft: QuestionDraft) -> QuestionDraft:
        """Read accepted texts."""
        if self._setting("usecase", "0") in _YES:
            self._losses.append("Upper and lower case are not told apart here.")
        key = weighted_answers.short_text([answer for answer, _ in self._answers(are_plain=True)])
        return replace(draft, kind=QuestionKind.SHORT_TEXT, key=key)

    def number(self, draft: QuestionDraft) -> QuestionDraft:
        """Read accepted numbers."""
        if self._element.find("units/unit") is not None:
            self._losses.append("Units are not kept; learners give the number alone.")
        key = weighted_answers.numbers(self._answers(are_plain=True))
        return replace(draft, kind=QuestionKind.NUMERIC, key=key)

    def matching(self, draft: QuestionDraft) -> QuestionDraft:
        """Read prompts with their options."""
        key = moodle_parts.pairs(self._element, self._read, self._texts.plain)
        return replace(draft, kind=QuestionKind.MATCHING, key=key)

    def ordering(self, draft: QuestionDraft) -> QuestionDraft:
        """Read options in their right order."""
        key = moodle_parts.order(self._element, self._read, self._setting, self._losses)
        return replace(draft, kind=QuestionKind.ORDERING, key=key)

    def cloze(self, draft: QuestionDraft) -> QuestionDraft:
        """Read a text with blanks."""
        element = self._element.find("questiontext")
        if element is None:
            raise UnreadableError("It has no text.")
        text = ClozeText(text_of(element), partial(self._formatted, element=element), self._losses)
        if not text.blanks:
            raise left_out("Texts without blanks are")
        prompt = self._formatted(text.source, element)
        return replace(draft, kind=QuestionKind.CLOZE, prompt=prompt, key=KeyDraft(blanks=text.blanks))

    def _setting(self, name: str, default: str) -> str:
        return text_of(self._element.find(name)).strip().lower() or default

    def _lose(self, losses: list[str]) -> None:
        """Report the settings that have no place here."""
        self._texts.lose_pictures(frozenset(self._shown()))
        if self._setting("defaultgrade", "1").rstrip("0").rstrip(".") != "1":
            losses.append("The default mark is not kept; every question of a quiz counts the same.")
        if self._setting("shuffleanswers", "1") not in _YES:
            losses.append("The order of the options is not kept; it is random here.")
        if any(text_of(each).strip() for each in self._element.iterfind("hint")):
            losses.append("Hints are not kept.")
        if any(text_of(self._element.find(name)).strip() not in {"", *_USUAL} for name in _COMBINED):
            losses.append("Feedback for right, partly right and wrong answers as a whole is not kept.")
        if self._element.find("tags/tag") is not None or self._setting("idnumber", ""):
            losses.append("Ids and tags are not kept.")


_KINDS: dict[str, Callable[[_Question, QuestionDraft], QuestionDraft]] = {
    "multichoice": _Question.choice,
    "truefalse": _Question.statement,
    "shortanswer": _Question.short_answer,
    "numerical": _Question.number,
    "matching": _Question.matching,
    "ordering": _Question.ordering,
    "cloze": _Question.cloze,
}
