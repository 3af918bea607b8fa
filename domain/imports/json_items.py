"""Objects of an imported JSON file: reads fields one by one and reports each fault with its line."""

from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any, TypeVar

from domain.errors import InvalidInputError
from domain.imports.json_lines import JsonDocument, Path
from domain.imports.reports import Findings

E = TypeVar("E", bound=Enum)


class Item:
    """One object of the file. A field that breaks a rule is refused and read as its default."""

    def __init__(self, document: JsonDocument, path: Path, findings: Findings, *, name: str) -> None:
        self.name = name
        self.path = path
        self._document = document
        self._findings = findings
        self._read: set[str] = set()
        value: Any = document.value
        for step in path:
            value = value[step]
        self._values: dict[str, Any] = value if isinstance(value, dict) else {}
        if not isinstance(value, dict):
            self.refuse("must be an object")

    def line(self, *field: str | int) -> int:
        """Return the line of the item, or of one of its fields."""
        return self._document.line((*self.path, *field))

    def inside(self, field: str) -> "Item":
        """Return the object in a field."""
        self._read.add(field)
        return Item(self._document, (*self.path, field), self._findings, name=field)

    def refuse(self, reason: str, *field: str | int) -> None:
        """Report a fault of the item, on the line of a field if one is given."""
        self._findings.refuse(self.line(*field), self.name, reason, (*self.path, *field))

    def lose(self, reason: str, *field: str | int) -> None:
        """Report a part of the item that is dropped."""
        self._findings.lose(self.line(*field), self.name, reason)

    def raw(self, field: str) -> Any:
        """Return a field unchecked, or None."""
        self._read.add(field)
        return self._values.get(field)

    def text(self, field: str, check: Callable[[str], str], *, default: str | None = None) -> str:
        """Return a text that `check` accepts; without a default it is required."""
        value = self.raw(field)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            self.refuse(f"{field} must be a text", field)
            return ""
        try:
            return check(value)
        except InvalidInputError as error:
            self.refuse(error.message.rstrip("."), field)
            return ""

    def choice(self, field: str, kinds: type[E], *, default: E | None = None) -> E | None:
        """Return one of the names of an enum; None where it is missing without a default."""
        value = self.raw(field)
        if value is None:
            return default
        if isinstance(value, str) and value in kinds.__members__:
            return kinds[value]
        self.refuse(f"{field} must be one of {', '.join(kinds.__members__)}", field)
        return default

    def integer(self, field: str, lowest: int, highest: int) -> int | None:
        """Return an integer within the bounds; None where it is missing."""
        value = self.raw(field)
        if value is None:
            return None
        if type(value) is int and lowest <= value <= highest:
            return value
        self.refuse(f"{field} must be an integer from {lowest} to {highest}", field)
        return None

    def flag(self, field: str) -> bool:
        """Return true or false; false where it is missing."""
        value = self.raw(field)
        if value is not None and not isinstance(value, bool):
            self.refuse(f"{field} must be true or false", field)
        return value is True

    def complete(self, field: str, most: int) -> bool:
        """Tell whether a field is a list that is read whole; references into any other list cannot be checked."""
        values = self.raw(field)
        return values is None or (isinstance(values, list) and len(values) <= most)

    def strings(self, field: str, most: int) -> list[str]:
        """Return a list of texts; empty where it is missing."""
        values = self._list(field, most)
        if all(isinstance(value, str) for value in values):
            return values
        self.refuse(f"{field} must hold texts only", field)
        return []

    def items(self, field: str, most: int, name: Callable[[Any, int], str]) -> Iterator["Item"]:
        """Yield the objects of a list; `name` names each, given its value and place."""
        for place, value in enumerate(self._list(field, most)):
            path = (*self.path, field, place)
            yield Item(self._document, path, self._findings, name=name(value, place))

    def has(self, field: str) -> bool:
        """Tell whether the item has the field."""
        return field in self._values

    def unread(self) -> list[str]:
        """Return the fields that were not read."""
        return [field for field in self._values if field not in self._read]

    def _list(self, field: str, most: int) -> list[Any]:
        values = self.raw(field)
        if values is None:
            return []
        if not isinstance(values, list):
            self.refuse(f"{field} must be a list", field)
            return []
        if len(values) > most:
            self.refuse(f"{field} may hold at most {most}, and holds {len(values)}", field)
            return []
        return values
