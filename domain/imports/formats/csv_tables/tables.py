"""Tables of questions: reads a CSV file row by row."""

import csv
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import BinaryIO

from domain.imports.formats.csv_tables import headers as columns
from domain.imports.formats.csv_tables.answer_cells import Counting
from domain.imports.formats.csv_tables.headers import FORMAT, Headers, delimiter_of, unguarded
from domain.imports.formats.csv_tables.rows import RowReading
from domain.imports.formats.found_questions import FoundQuestions, FullError
from domain.imports.readers import LossNote, ReadLimits, Record, RefusedItem

LABEL = "csv"
EXTENSIONS = (".csv", ".tsv")
_LONGEST_LINE = 1_000_000
_WAYS = (
    "A CSV file needs a column question (or prompt), and answer (or correct); options are in one column options, or in "
    "option1, option2 and so on."
)


def recognises(head: bytes, names: tuple[str, ...]) -> bool:
    """Tell whether the first line of a file names columns of questions."""
    if names or b"\x00" in head:
        return False
    try:
        line, second = (*head.decode("utf-8-sig", "ignore").split("\n", 2), "")[:2]
        row = line if not line.lower().startswith("sep=") else second
        return columns.read(next(csv.reader([row], delimiter=delimiter_of(line)), [])).has_questions
    except csv.Error:
        return False


def read(file: BinaryIO, *, limits: ReadLimits) -> Iterator[Record]:
    """Yield the questions of a file; it is read twice, first for how its right answers count."""
    try:
        counting = _counting(file)
        yield from _questions(file, counting, limits)
    except _NoTableError as error:
        yield RefusedItem(line=error.line, item="file", reason=error.reason)
    except FullError:
        return


class _NoTableError(Exception):
    """The file is no table of questions, or is not whole."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


def _rows(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with the line on which each begins; the first is that of the headers."""
    file.seek(0)
    lines = _lines(file)
    first = next(lines, "")
    is_named = first.lower().startswith("sep=")
    line = int(is_named)
    try:
        rows = csv.reader(lines if is_named else chain([first], lines), delimiter=delimiter_of(first))
        for row in rows:
            if any(cell.strip() for cell in row):
                yield line + 1, row
            line = rows.line_num + is_named
    except csv.Error as error:
        reason = f"The table cannot be read: {error}; look for a quote that is not closed."
        raise _NoTableError(reason, line + 1) from None


def _lines(file: BinaryIO) -> Iterator[str]:
    """Yield the lines as text; raises _NoTableError for a line that is too long, or no UTF-8."""
    number = 0
    while line := file.readline(_LONGEST_LINE):
        number += 1
        if len(line) == _LONGEST_LINE:
            raise _NoTableError(f"A line may hold at most {_LONGEST_LINE:,} bytes.", number)
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise _NoTableError("The file is not UTF-8 text; save it as CSV in UTF-8.", number) from None


def _counting(file: BinaryIO) -> Counting:
    """Look at all rows; where the file breaks off, at those before, which are reported when they are read."""
    counting = Counting()
    rows = _rows(file)
    _, first = next(rows, (1, []))
    headers = columns.read(first)
    if not headers.has_questions:
        raise _NoTableError(_WAYS, 1)
    with suppress(_NoTableError):
        for _, row in rows:
            reading = RowReading(headers, row, counting)
            counting.look(reading.right_cells, reading.options_or_none())
    return counting


def _questions(file: BinaryIO, counting: Counting, limits: ReadLimits) -> Iterator[Record]:
    questions = FoundQuestions(limits)
    headers: Headers | None = None
    letters = Counting(by_letters=True)
    for line, row in _rows(file):
        if headers is None:
            headers = columns.read(row)
            yield from _unknown(headers, line)
        elif headers.cell(row, "format") == FORMAT:
            reading = RowReading(headers, [unguarded(cell) for cell in row], letters)
            yield from questions.found(line, reading.name, reading.item, names_are_ids=True)
        else:
            reading = RowReading(headers, row, counting)
            yield from questions.found(line, reading.name, reading.item, names_are_ids=headers.names_are_ids)


def _unknown(headers: Headers, line: int) -> Iterator[Record]:
    for name in headers.unknown.values():
        yield LossNote(
            line=line, item=name or "column", reason="The column has no meaning here and is not kept."
        )
