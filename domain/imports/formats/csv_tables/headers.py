"""Headers of CSV files: which column holds what, by the names that people give to columns."""

import csv
import re
from collections.abc import Sequence

from domain.entities import entity

FORMAT = "questpath-csv/1"
"""What the column `format` of our own exports holds: their cells are guarded against spreadsheets (see `unguarded`)."""
DELIMITERS = (",", ";", "\t", "|")
_WORDS = re.compile(r"[^a-z0-9]+")
_NUMBERED = re.compile(r"(option|choice|answer|feedback|weight|match)([0-9]{1,2}|[a-z])")
_ROLES = {
    "format": {"format"},
    "name": {"name", "id", "questionid", "title", "identifier"},
    "kind": {"kind", "type", "questiontype"},
    "prompt": {"prompt", "question", "questiontext", "stem"},
    "options": {"options", "choices", "alternatives"},
    "right": {
        "answer",
        "answers",
        "correct",
        "correctanswer",
        "correctanswers",
        "right",
        "rightanswer",
        "solution",
    },
    "explanation": {"explanation", "rationale", "generalfeedback"},
    "difficulty": {"difficulty", "level"},
    "grading": {"grading"},
    "tolerance": {"tolerance"},
}
_ROLE_OF = {name: role for role, names in _ROLES.items() for name in names}
_IDS = {"id", "questionid", "identifier", "name"}
_LETTERS = "abcdefghijklmnopqrst"
_FORMULA = ("=", "+", "-", "@", "\t", "'")


@entity
class Headers:
    """The columns of a file: by role, the options by number from 0, and those that have no meaning here."""

    columns: dict[str, list[int]]
    options: dict[int, int]
    feedback: dict[int, int]
    weights: dict[int, int]
    matches: dict[int, int]
    unknown: dict[int, str]
    names: list[str]

    @property
    def names_are_ids(self) -> bool:
        """Whether a name may occur only once: a title may be repeated, an id must not."""
        return any(_word(self.names[place]) in _IDS for place in self.columns.get("name", []))

    @property
    def has_questions(self) -> bool:
        """Whether there is a column of prompts."""
        return "prompt" in self.columns

    def cells(self, row: Sequence[str], role: str) -> list[tuple[str, str]]:
        """Return the name and the value of each column of a role that is not empty, in the order of the file."""
        return [
            (self.names[place], row[place].strip())
            for place in self.columns.get(role, [])
            if place < len(row) and row[place].strip()
        ]

    def cell(self, row: Sequence[str], role: str) -> str:
        """Return the first value of a role; empty where there is none."""
        return next((value for _, value in self.cells(row, role)), "")


def delimiter_of(line: str) -> str:
    """Return the delimiter of a file by its first line: the one with which most of its columns have a meaning.

    A line `sep=;`, as spreadsheets write it, names it.
    """
    if line.lower().startswith("sep=") and line[4:5] in DELIMITERS:
        return line[4]
    return max(DELIMITERS, key=lambda mark: len(_known(next(csv.reader([line], delimiter=mark), []))))


def read(row: Sequence[str]) -> Headers:
    """Return what the columns of a file hold, given its first row."""
    headers = Headers(
        columns={},
        options={},
        feedback={},
        weights={},
        matches={},
        unknown={},
        names=[cell.strip() for cell in row],
    )
    numbered = {"option": headers.options, "choice": headers.options, "answer": headers.options}
    numbered |= {"feedback": headers.feedback, "weight": headers.weights, "match": headers.matches}
    letters = _are_letters(row)
    for place, cell in enumerate(row):
        word = _word(cell)
        found = _NUMBERED.fullmatch(word)
        if word in _ROLE_OF:
            headers.columns.setdefault(_ROLE_OF[word], []).append(place)
        elif found and (number := _number(found.group(2))) is not None:
            numbered[found.group(1)].setdefault(number, place)
        elif letters and word in _LETTERS and len(word) == 1:
            headers.options.setdefault(_LETTERS.index(word), place)
        elif word == "feedback":
            headers.columns.setdefault("explanation", []).append(place)
        else:
            headers.unknown[place] = cell.strip()
    return headers


def unguarded(cell: str) -> str:
    """Return a cell of our own export without the apostrophe that keeps spreadsheets from computing it."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell.startswith(_FORMULA) else cell


def _known(row: Sequence[str]) -> list[str]:
    return [cell for cell in row if _word(cell) in _ROLE_OF or _NUMBERED.fullmatch(_word(cell))]


def _are_letters(row: Sequence[str]) -> bool:
    """Tell whether there are columns A, B and so on, without a gap."""
    letters = sorted(word for cell in row if len(word := _word(cell)) == 1 and word in _LETTERS)
    return len(letters) > 1 and "".join(letters) == _LETTERS[: len(letters)]


def _word(cell: str) -> str:
    return _WORDS.sub("", cell.strip().lower())


def _number(written: str) -> int | None:
    """Return the number of an option from 0: `1` and `a` are the first."""
    if written.isdigit():
        return int(written) - 1 if int(written) > 0 else None
    return _LETTERS.find(written) if written in _LETTERS else None
