"""Changelog: the changes of the schema since the last release, as a section of CHANGELOG.md."""

import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from gateway.schema_changes.changes import ADDED, Change, Criticality

BEGIN, END = "<!-- schema changes: begin -->", "<!-- schema changes: end -->"
_WIDTH = 120
_HEADINGS = {
    Criticality.BREAKING: "Breaking",
    Criticality.DANGEROUS: "Dangerous",
    Criticality.SAFE: "Safe",
}


def section(changes: Iterable[Change]) -> str:
    """Return the changes as Markdown: additions together by type, every other change in a line of its own."""
    parts = []
    changes = list(changes)
    for criticality, heading in _HEADINGS.items():
        lines = list(_lines([change for change in changes if change.criticality is criticality]))
        parts.append("\n".join([f"#### {heading}", "", *(lines or ["None."])]))
    return "\n\n".join(parts) + "\n"


def write(path: Path, changes: Iterable[Change]) -> None:
    """Replace what is between the marks in a file."""
    before, _, rest = path.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n\n{section(changes)}\n{END}{after}", "utf-8")


def _lines(changes: list[Change]) -> Iterator[str]:
    added: dict[str, list[str]] = defaultdict(list)
    for change in changes:
        if change.what == ADDED:
            owner, _, name = change.coordinate.partition(".")
            added[owner if name else ""].append(name or owner)
        else:
            yield _wrapped(f"- `{change.coordinate}` {change.what}")
    for owner, names in sorted(added.items()):
        listed = ", ".join(f"`{name}`" for name in sorted(names))
        yield _wrapped(f"- `{owner}`, added: {listed}" if owner else f"- New: {listed}")


def _wrapped(line: str) -> str:
    return textwrap.fill(line, _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
