"""Parts of a long JSON file: its names and values one by one, and the items of one list of it, without holding all."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from domain.entities import entity
from domain.imports.json_lines import MalformedJsonError, integer

_PIECE = 256 * 1024
_SPACE = re.compile(r"[ \t\r\n]*")
_LONGEST_NAME = 1_000
_decoder = json.JSONDecoder(parse_int=integer)


@entity
class JsonPart:
    """A value of the top object with its name, or an item of the list; `line` is where the name or the item begins."""

    name: str
    line: int
    text: str
    value: Any
    is_item: bool


def parts_of(file: BinaryIO, *, items_of: str, longest_item: int, longest_part: int) -> Iterator[JsonPart]:
    """Yield the parts of a file that holds an object; those of the list `items_of` item by item.

    Raises MalformedJsonError, also for an item or a part of more characters than allowed.
    """
    text = _Text(file)
    text.expect("{", "not JSON: an object in braces is expected")
    while text.peek() != "}":
        line, written, name = text.value(_LONGEST_NAME)
        if not isinstance(name, str):
            raise text.malformed("a name in quotes is expected")
        text.expect(":", "a colon is expected")
        if name == items_of and text.peek() == "[":
            yield from _items(text, name, longest_item)
        else:
            _, written, value = text.value(longest_part)
            yield JsonPart(name=name, line=line, text=written, value=value, is_item=False)
        if text.peek() != "}":
            text.expect(",", "a comma or a closing brace is expected")
            if text.peek() == "}":
                raise text.malformed("a name is expected after the comma")
    text.expect("}", "a closing brace is expected")
    if text.peek():
        raise text.malformed("there is more after the end of the object")


def _items(text: "_Text", name: str, longest: int) -> Iterator[JsonPart]:
    text.expect("[", "a list is expected")
    while text.peek() != "]":
        line, written, value = text.value(longest)
        yield JsonPart(name=name, line=line, text=written, value=value, is_item=True)
        if text.peek() != "]":
            text.expect(",", "a comma or a closing bracket is expected")
            if text.peek() == "]":
                raise text.malformed("an item is expected after the comma")
    text.expect("]", "a closing bracket is expected")


class _Text:
    """The text of a file from a place on; what was taken is forgotten."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._bytes = codecs.getincrementaldecoder("utf-8")("replace")
        self._buffer = ""
        self._place = 0
        self._line = 1
        self._is_whole = False

    def peek(self) -> str:
        """Skip white space, and return the next character; nothing at the end."""
        while True:
            found = _SPACE.match(self._buffer, self._place)
            end = found.end() if found else self._place
            self._line += self._buffer.count("\n", self._place, end)
            self._place = end
            if end < len(self._buffer) or not self._more():
                return self._buffer[end : end + 1]

    def expect(self, character: str, otherwise: str) -> None:
        """Take one character; raises MalformedJsonError for another."""
        if self.peek() != character:
            raise self.malformed(otherwise)
        self._place += 1

    def value(self, longest: int) -> tuple[int, str, Any]:
        """Take one value; return its line, its text and the value."""
        self.peek()
        line = self._line
        while True:
            try:
                value, end = _decoder.raw_decode(self._buffer, self._place)
            except json.JSONDecodeError as error:
                if len(self._buffer) - self._place > longest:
                    raise self._unfinished(error, longest) from None
                if not self._more():
                    raise self._at(error) from None
                continue
            except RecursionError:
                raise self.malformed("nested too deeply") from None
            if end < len(self._buffer) or not self._more():  # a number may go on behind the buffer
                break
        if end - self._place > longest:
            raise self._too_long(longest)
        written = self._buffer[self._place : end]
        self._line += written.count("\n")
        self._place = end
        return line, written, value

    def malformed(self, reason: str) -> MalformedJsonError:
        """Return the error of a place."""
        return MalformedJsonError(reason, line=self._line)

    def _too_long(self, longest: int) -> MalformedJsonError:
        return self.malformed(f"a value may have at most {longest:,} characters here")

    def _unfinished(self, error: json.JSONDecodeError, longest: int) -> MalformedJsonError:
        """Return the error of a value that does not end where it may: it is too long, or malformed before."""
        goes_on = error.msg.startswith("Unterminated") or error.pos - self._place >= longest
        return self._too_long(longest) if goes_on else self._at(error)

    def _at(self, error: json.JSONDecodeError) -> MalformedJsonError:
        line = self._line + self._buffer.count("\n", self._place, error.pos)
        return MalformedJsonError(f"not JSON: {error.msg}", line=line)

    def _more(self) -> bool:
        """Read on; return whether there was more."""
        if self._is_whole:
            return False
        piece = self._file.read(_PIECE)
        self._is_whole = not piece
        self._buffer = self._buffer[self._place :] + self._bytes.decode(piece, final=not piece)
        self._place = 0
        return not self._is_whole
