"""Answer cells of CSV files: which options a cell like `B`, `1;3` or `Paris` calls right, without a guess.

A number may count from 0 or from 1. One file counts in one way, so a first look at all its rows decides which: a 0 says
from 0, the number of the last option says from 1. Where the rows say both, or neither, numbers are refused.
"""

import ast
import io
import json
import re
import tokenize
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from domain.imports.formats.found_questions import UnreadableError

_SEPARATORS = re.compile(r"\s*[,;|\n]\s*")
_ADJACENT = re.compile(r"['\"]\s*['\"]")
"""Where the texts of a list may lack a comma between them."""
_LETTER = re.compile(r"[A-Ta-t]")
_LONGEST_LIST = 20_000
_UNCLEAR = (
    "The numbers of right answers may count from 0 or from 1, and no row of the file tells; write letters, A for the "
    "first."
)
_BOTH = "Some numbers of right answers count from 0 and others from 1; write letters, A for the first."


class Counting:
    """How the cells of a file name options: by their texts, by letters or by numbers, from what all its rows say.

    `by_letters` says that they are letters, as in our own exports.
    """

    def __init__(self, *, by_letters: bool = False) -> None:
        self._by_letters = by_letters
        self._has_zero = self._has_last = False
        self._are_texts = self._are_codes = True

    def look(self, cells: Sequence[str], options: Sequence[str]) -> None:
        """Take note of one row."""
        for cell in cells if options else ():
            parts = self.parts(cell, options)
            self._are_texts = self._are_texts and all(part in options for part in parts)
            self._are_codes = self._are_codes and all(_is_code(part) for part in parts)
            for part in parts:
                self._look_at_number(part, options)

    def _look_at_number(self, part: str, options: Sequence[str]) -> None:
        """Note what a number says; one that may be the text of an option elsewhere says nothing."""
        if not _is_number(part):
            return
        last = len(options) - 1
        self._has_zero = self._has_zero or (int(part) == 0 and part not in options[1:])
        self._has_last = self._has_last or (int(part) == len(options) and part not in options[:last])

    def parts(self, cell: str, options: Sequence[str]) -> list[str]:
        """Return what a cell names, one by one; the text of an option may hold what separates others."""
        return [cell] if cell in options and not self._by_letters else _parts_of(cell)

    def place(self, part: str, options: Sequence[str]) -> int:
        """Return the place of the option that a part of a cell names; raises UnreadableError."""
        as_text = options.index(part) if part in options and not self._by_letters else None
        if as_text is not None and not self._are_codes and (self._are_texts or not _is_code(part)):
            return as_text
        if as_text is not None and any(place != as_text for place in self._possible(part)):
            raise UnreadableError(
                f"The right answer {part[:40]} may be the text of one option or the place of another."
            )
        found = self._coded(part) if as_text is None else as_text
        if found is None:
            raise UnreadableError(
                f"The right answer {part[:40]} is none of the options; write an option as it is, or its letter."
            )
        if not 0 <= found < len(options):
            raise UnreadableError(f"The right answer {part[:40]} is beyond the {len(options)} options.")
        return found

    def _possible(self, part: str) -> list[int]:
        """Return the places that a part may name as a letter or a number, in every way that the file may count."""
        if _LETTER.fullmatch(part) or (_is_number(part) and self._has_zero != self._has_last):
            return [place for place in [self._coded(part)] if place is not None]
        return [int(part), int(part) - 1] if _is_number(part) else []

    def _coded(self, part: str) -> int | None:
        if _LETTER.fullmatch(part):
            return ord(part.lower()) - ord("a")
        if not _is_number(part):
            return None
        if self._has_zero == self._has_last:
            raise UnreadableError(_BOTH if self._has_zero else _UNCLEAR)
        return int(part) if self._has_zero else int(part) - 1


def _is_code(part: str) -> bool:
    return _LETTER.fullmatch(part) is not None or _is_number(part)


def _is_number(part: str) -> bool:
    return part.isdigit() and part.isascii() and len(part) < 4  # noqa: PLR2004 - a small number


def options_in(cell: str) -> list[str]:
    """Return the options in one cell: a list as JSON or Python writes it, or texts between line ends or bars."""
    if cell.startswith("["):
        if len(cell) > _LONGEST_LIST:
            raise UnreadableError(f"A list of options may hold at most {_LONGEST_LIST} characters.")
        for read in (json.loads, _python_list):
            try:
                found = read(cell)
            except (ValueError, SyntaxError, RecursionError, MemoryError, tokenize.TokenError):
                continue
            if isinstance(found, list) and all(isinstance(each, str | int | float) for each in found):
                return [str(each).strip() for each in found]
        raise UnreadableError("The list of options is neither JSON nor a list of quoted texts.")
    mark = "\n" if "\n" in cell else "|"
    return [part.strip() for part in cell.split(mark)]


def _python_list(cell: str) -> Any:
    """Return a list as Python writes it; texts without a comma between them, which Python joins, are refused."""
    if not _ADJACENT.search(cell):
        return ast.literal_eval(cell)
    kinds = [token.type for token in tokenize.generate_tokens(io.StringIO(cell).readline)]
    if (tokenize.STRING, tokenize.STRING) in pairwise(kinds):
        raise UnreadableError("A comma is missing between two options of the list.")
    return ast.literal_eval(cell)


def places(cell: str, options: Sequence[str], counting: Counting) -> frozenset[int]:
    """Return the places of the options that a cell calls right; raises UnreadableError."""
    parts = counting.parts(cell, options)
    if not parts:
        raise UnreadableError(
            "It does not say which option is right; write its letter or its text in the column correct."
        )
    return frozenset(counting.place(part, options) for part in parts)


def _parts_of(cell: str) -> list[str]:
    """Return the parts of a cell that names several options, in brackets or not."""
    if cell.startswith("[") and cell.endswith("]"):
        cell = cell[1:-1]
    return [part.strip("'\"") for part in _SEPARATORS.split(cell) if part]
