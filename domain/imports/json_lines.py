"""JSON with line numbers: parses a text and records the line of each value."""

import json
import re
from typing import Any

from domain.entities import entity

Path = tuple[str | int, ...]
"""The names and positions from the top of a document to a value."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,\n]|[^\s\[\]{}:,"]+')
_LONGEST_INTEGER = 18


class MalformedJsonError(Exception):
    """The text is not JSON; `line` is where parsing failed."""

    def __init__(self, message: str, *, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@entity
class JsonDocument:
    """A parsed document, the line of each value (in an object, that of its name), and repeated names."""

    value: Any
    lines: dict[Path, int]
    repeated: list[Path]

    def line(self, path: Path) -> int:
        """Return the line of the value at `path`, or of the nearest value around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(text: str) -> JsonDocument:
    """Parse JSON and record the lines; raises MalformedJsonError."""
    text = text.removeprefix("\ufeff")
    try:
        value = json.loads(text, parse_int=integer)
    except json.JSONDecodeError as error:
        raise MalformedJsonError(f"not JSON: {error.msg}", line=error.lineno) from None
    except RecursionError:
        raise MalformedJsonError("nested too deeply", line=1) from None
    scan = _Scan()
    for token in _TOKEN.finditer(text):
        scan.take(token.group())
    return JsonDocument(value=value, lines=scan.lines, repeated=scan.repeated)


class _Scan:
    """Walks the tokens of valid JSON."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.repeated: list[Path] = []
        self._line = 1
        self._path: list[str | int] = []
        self._is_object: list[bool] = []
        self._wants_name = False

    def take(self, token: str) -> None:
        if token == "\n":
            self._line += 1
        elif token in "]}":
            self._is_object.pop()
            self._path.pop()
            self._wants_name = False
        elif token == ",":
            self._next()
        elif token != ":":
            self._value(token)

    def _next(self) -> None:
        self._wants_name = self._is_object[-1]
        last = self._path[-1]
        if isinstance(last, int):
            self._path[-1] = last + 1

    def _value(self, token: str) -> None:
        if self._wants_name:
            self._path[-1] = json.loads(token)
            self._wants_name = False
            if tuple(self._path) in self.lines:
                self.repeated.append(tuple(self._path))
            self.lines[tuple(self._path)] = self._line
            return
        self.lines.setdefault(tuple(self._path), self._line)
        if token in "[{":
            self._is_object.append(token == "{")
            self._path.append("" if token == "{" else 0)
            self._wants_name = token == "{"


def integer(digits: str) -> int | float:
    """Read an integer; one of more than 18 digits becomes a float, which every integer field refuses."""
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float(digits)
