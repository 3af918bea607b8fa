"""XML documents: read element by element, without entities, external parts or deep nesting."""

from collections import deque
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from domain.imports.guards.harm import HarmfulFileError
from domain.imports.readers import ReadLimits

_CHUNK = 65_536


AnyElement = Element
"""An element whose line does not matter; the type for readers, which parse nothing themselves."""


class XmlElement(Element):
    """An element with the line (from 1) on which it begins; names are `{namespace}name` as in ElementTree."""

    line: int = 1


def elements(file: BinaryIO, *, names: frozenset[str], limits: ReadLimits) -> Iterator[XmlElement]:
    """Yield each outermost element of these local names when it has been read; the document is never whole in memory.

    Raises HarmfulFileError for what is not XML, and for entities, nesting and elements beyond the limits.
    """
    reading = _Reading(names, limits)
    while chunk := file.read(_CHUNK):
        reading.feed(chunk)
        while reading.complete:
            yield reading.complete.popleft()
    reading.feed(b"", is_last=True)
    while reading.complete:
        yield reading.complete.popleft()


def local_name(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


class _Reading:
    """Builds the elements that were asked for from the events of expat."""

    def __init__(self, names: frozenset[str], limits: ReadLimits) -> None:
        self.complete: deque[XmlElement] = deque()
        self._names = names
        self._limits = limits
        self._depth = 0
        self._opened_at = 0
        self._tree: TreeBuilder | None = None
        self._size = 0
        parser = self._parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._refuse_entity
        parser.SkippedEntityHandler = self._refuse_entity
        parser.ExternalEntityRefHandler = self._refuse_external

    def feed(self, chunk: bytes, *, is_last: bool = False) -> None:
        try:
            self._parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            raise HarmfulFileError(f"not XML: {expat.ErrorString(error.code)}", line=error.lineno) from None
        except (LookupError, ValueError):  # an encoding that nothing here can read
            raise HarmfulFileError("The encoding of the document is not known; save it as UTF-8.") from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > self._limits.deepest:
            raise self._harm(f"Elements are nested more than {self._limits.deepest} deep.")
        if self._tree is None and name.rpartition("}")[2] in self._names:
            self._tree, self._opened_at, self._size = TreeBuilder(self._element), self._depth, 0
        if self._tree is not None:
            self._count(sum(len(key) + len(value) for key, value in attributes.items()) + len(name))
            self._tree.start(_qualified(name), {_qualified(key): value for key, value in attributes.items()})

    def _end(self, name: str) -> None:
        if self._tree is not None:
            self._tree.end(_qualified(name))
            if self._depth == self._opened_at:
                self.complete.append(self._tree.close())  # type: ignore[arg-type]  # made by _element
                self._tree = None
        self._depth -= 1

    def _text(self, text: str) -> None:
        if self._tree is not None:
            self._count(len(text))
            self._tree.data(text)

    def _element(self, tag: str, attributes: dict[str, str]) -> XmlElement:
        element = XmlElement(tag, attributes)
        element.line = self._parser.CurrentLineNumber
        return element

    def _count(self, size: int) -> None:
        self._size += size
        largest = 2 * self._limits.largest_media  # base 64 takes a third more than what it stands for
        if self._size > largest:
            raise self._harm(f"An element holds more than {largest:,} characters.")

    def _refuse_entity(self, *_: object) -> None:
        raise self._harm("The document declares entities; write the characters themselves.")

    def _refuse_external(self, *_: object) -> int:
        raise self._harm("The document refers to another one; put everything into one file.")

    def _harm(self, reason: str) -> HarmfulFileError:
        return HarmfulFileError(reason, line=self._parser.CurrentLineNumber)


def _qualified(name: str) -> str:
    return "{" + name if "}" in name else name
