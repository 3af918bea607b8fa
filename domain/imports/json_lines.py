"""JSON with line numbers: the values of a text, and the line on which each of them begins."""

import json
import re
from typing import Any

from domain.entities import entity

Path = tuple[str | int, ...]
"""The names and positions that lead from the top of a document to a value."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,\n]|[^\s\[\]{}:,"]+')
_LONGEST_INTEGER = 18


class MalformedJsonError(Exception):
    """The text is not JSON; `line` is where it stops being so."""

    def __init__(self, message: str, *, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@entity
class Lined:
    """A document, the line of each value (that of its name inside an object), and names that occur twice."""

    value: Any
    lines: dict[Path, int]
    repeated: list[Path]

    def line(self, path: Path) -> int:
        """Return the line of the value at `path`, or of the nearest value around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(text: str) -> Lined:
    """Parse JSON and note the lines; raises MalformedJsonError."""
    text = text.removeprefix("\ufeff")
    try:
        value = json.loads(text, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise MalformedJsonError(f"not JSON: {error.msg}", line=error.lineno) from None
    except RecursionError:
        raise MalformedJsonError("nested too deeply", line=1) from None
    scan = _Scan()
    for token in _TOKEN.finditer(text):
        scan.take(token.group())
    return Lined(value=value, lines=scan.lines, repeated=scan.repeated)


class _Scan:
    """Walks the tokens of text that is known to be JSON."""

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


def _integer(digits: str) -> int | float:
    """Read an integer; one that no field could hold becomes a float, which every field of integers refuses."""
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float(digits)
