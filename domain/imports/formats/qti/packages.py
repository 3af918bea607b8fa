"""Files of QTI: a package (a zip with imsmanifest.xml), or one item as XML."""

import io
import posixpath
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO
from urllib.parse import unquote

from domain.imports.formats.found_questions import FoundQuestions, FullError
from domain.imports.formats.qti.items import EXPLANATIONS, ItemReading
from domain.imports.formats.qti.markup import OUR_TOOL, attribute, in_one_spelling, name_of
from domain.imports.formats.rich_texts import HtmlCleaner
from domain.imports.guards.archives import Archive, is_archive
from domain.imports.guards.harm import HarmfulFileError
from domain.imports.guards.xml_documents import XmlElement, elements
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

LABEL = "qti"
EXTENSIONS = (".zip", ".xml")
_MANIFEST = "imsmanifest.xml"
_HEAD = 65_536
_FEEDBACK = {"modalFeedback", "feedbackBlock"}
_ITEM = frozenset({"assessmentItem", "qti-assessment-item"})
_ITEM_MARKS = (b"assessmentItem", b"qti-assessment-item", b"questestinterop")
_OLD = b"questestinterop"
_OLD_VERSION = "QTI 1 is not supported; export the questions as QTI 2.1, 2.2 or 3.0."
_NO_ITEM = "It holds no item of QTI 2.1, 2.2 or 3.0."
_TEST = "Tests with their sections and times are not kept; their items become questions."


def recognises(head: bytes, names: tuple[str, ...]) -> bool:
    """Tell whether a file begins like an item, or is a package with documents."""
    if names:
        return any(name.lower().endswith(".xml") for name in names)
    return any(mark in head for mark in _ITEM_MARKS)


def reader(clean: HtmlCleaner) -> QuestionReader:
    """Return the reader, given what cleans HTML."""
    return partial(_read, clean=clean)


def _read(file: BinaryIO, *, limits: ReadLimits, clean: HtmlCleaner) -> Iterator[Record]:
    file.seek(0)
    head = file.read(_HEAD)
    file.seek(0)
    package = _Package(limits, clean)
    try:
        if is_archive(head):
            yield from package.archive(Archive(file, limits=limits))
        else:
            yield from package.document(file, head, "")
        if not package.has_items:
            yield RefusedItem(line=1, item="file", reason=_NO_ITEM)
    except HarmfulFileError as error:
        yield RefusedItem(line=error.line, item="file", reason=error.reason)
    except FullError:
        return


class _Package:
    """Reads the items of one file; pictures are yielded once."""

    def __init__(self, limits: ReadLimits, clean: HtmlCleaner) -> None:
        self.has_items = False
        self._limits = limits
        self._clean = clean
        self._questions = FoundQuestions(limits)
        self._archive: Archive | None = None
        self._held: frozenset[str] = frozenset()
        self._yielded: set[str] = set()

    def archive(self, archive: Archive) -> Iterator[Record]:
        """Yield what the items of a package hold, in the order of its manifest, else of its documents."""
        self._archive, self._held = archive, frozenset(archive.names)
        for name, line in self._documents(archive):
            if name not in self._held:
                self.has_items = True
                reason = "The manifest names this file, and the package does not hold it."
                yield RefusedItem(line=line, item=name, reason=reason)
                continue
            content = archive.read(name)
            try:
                yield from self.document(io.BytesIO(content), content[:_HEAD], name)
            except HarmfulFileError as error:
                yield RefusedItem(line=error.line, item=name, reason=error.reason)

    def document(self, file: BinaryIO, head: bytes, name: str) -> Iterator[Record]:
        """Yield what the items of a document hold."""
        if _OLD in head:
            self.has_items = True
            yield RefusedItem(line=1, item=name or "file", reason=_OLD_VERSION)
            return
        if b"assessmentTest" in head or b"qti-assessment-test" in head:
            yield LossNote(line=1, item=name or "file", reason=_TEST)
        for element in elements(file, names=_ITEM, limits=self._limits):
            self.has_items = True
            yield from self._item(element, name)

    def _documents(self, archive: Archive) -> list[tuple[str, int]]:
        """Return the names of the documents with items, with the line of the manifest that names each."""
        manifest = next((name for name in archive.names if posixpath.basename(name) == _MANIFEST), None)
        if manifest is None:
            return [(name, 1) for name in archive.names if name.lower().endswith(".xml")]
        folder = posixpath.dirname(manifest)
        content = io.BytesIO(archive.read(manifest))
        found: dict[str, int] = {}
        for resource in elements(content, names=frozenset({"resource"}), limits=self._limits):
            if attribute(resource, "type").startswith(
                ("imsqti_item", "imsqti_test", "imsqti_xml", "imsqti_assessment")
            ):
                found.setdefault(_joined(folder, attribute(resource, "href")), resource.line)
        return list(found.items())

    def _item(self, element: XmlElement, document: str) -> Iterator[Record]:
        in_one_spelling(element)
        reading = ItemReading(element, self._clean)
        folder = posixpath.dirname(document)
        shown: list[str] = []

        def item(draft: QuestionDraft, losses: list[str]) -> QuestionItem:
            read = reading.draft(draft)
            named = {name: _joined(folder, unquote(name)) for name in reading.texts.media}
            shown.extend(name for name in named.values() if name in self._held)
            reading.texts.lose_pictures({name for name, path in named.items() if path in self._held})
            losses += reading.losses
            losses += _unkept(element)
            return QuestionItem(draft=read, media=tuple(dict.fromkeys(shown)))

        is_ours = attribute(element, "toolName") == OUR_TOOL
        name = attribute(element, "title") if is_ours else attribute(element, "identifier")
        for record in self._questions.found(element.line, name, item, names_are_ids=True, where=document):
            yield record
            if isinstance(record, QuestionItem):
                yield from self._pictures(shown)

    def _pictures(self, names: list[str]) -> Iterator[Record]:
        for name in names:
            if self._archive is not None and name not in self._yielded:
                self._yielded.add(name)
                content = self._archive.read(name)
                if len(content) > self._limits.largest_media:
                    reason = f"The picture is larger than {self._limits.largest_media:,} bytes."
                    yield LossNote(line=1, item=name, reason=reason)
                else:
                    yield MediaFile(name=name, line=1, content=content)


def _joined(folder: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(folder, name))


def _unkept(item: XmlElement) -> Iterator[str]:
    names = {name_of(each) for each in item.iter()}
    if "rubricBlock" in names:
        yield "Rubrics are not kept."
    if not names & _FEEDBACK:
        return
    choices = {
        attribute(each, "identifier")
        for each in item.iter()
        if name_of(each) in {"simpleChoice", "inlineChoice"}
    }
    for each in item.iter():
        if name_of(each) not in _FEEDBACK or attribute(each, "outcomeIdentifier") in EXPLANATIONS:
            continue
        if attribute(each, "identifier") not in choices:
            yield "Feedback that belongs to no single option is not kept."
            return
