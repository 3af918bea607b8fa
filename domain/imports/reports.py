"""Import reports: what was accepted, refused and lost of a file, and the hash of its content."""

import hashlib
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError
from domain.ids import ImportId, UserId
from domain.imports.json_lines import Path

MOST_FINDINGS = 500
"""How many refusals, and how many losses, a report lists; its last entry counts the rest."""


class ImportKind(Enum):
    """What is imported."""

    QUESTIONS = "QUESTIONS"
    ROADMAP = "ROADMAP"


class ImportOutcome(Enum):
    """The outcome of an import; all of a file is stored or nothing."""

    STORED = "STORED"
    UNCHANGED = "UNCHANGED"
    DRY_RUN = "DRY_RUN"
    REFUSED = "REFUSED"
    FAILED = "FAILED"


@entity
class Finding:
    """One item of a file with its line (from 1) and what is wrong or was dropped."""

    line: int
    item: str
    reason: str


@entity
class ImportReport:
    """The result of reading a file: the number of accepted items, the refused ones, and the losses.

    One refused item refuses the file.
    """

    format: str
    content_hash: str
    outcome: ImportOutcome
    accepted: int
    refused: list[Finding]
    losses: list[Finding]

    @property
    def unchanged(self) -> bool:
        """Whether the same content was imported before, so that nothing was stored."""
        return self.outcome is ImportOutcome.UNCHANGED


class ImportRefusedError(DomainError):
    """The file was refused, so nothing was stored; its report has the reasons."""

    code = "IMPORT_REFUSED"


def refusal_in(report: ImportReport) -> ImportRefusedError | None:
    """Return the refusal that a report stands for; None where the file was not refused."""
    if report.outcome is not ImportOutcome.REFUSED:
        return None
    return ImportRefusedError(
        "The file cannot be imported; report.refused lists what to change, with the lines.", field="file"
    )


class Findings:
    """Collects the refusals and losses of a parser, in the order of the file."""

    def __init__(self) -> None:
        self.refused: list[Finding] = []
        self.losses: list[Finding] = []
        self._faulty: set[Path] = set()

    def refuse(self, line: int, item: str, reason: str, path: Path = ()) -> None:
        """Add a refused item; `path` leads to the fault, and everything around it counts as refused."""
        self.refused.append(_finding(line, item, reason))
        self._faulty.update(path[:end] for end in range(1, len(path) + 1))

    def accepts(self, path: Path) -> bool:
        """Tell whether nothing was refused at this path or inside it."""
        return path not in self._faulty

    def lose(self, line: int, item: str, reason: str) -> None:
        """Add something that is dropped."""
        self.losses.append(_finding(line, item, reason))

    def report(self, *, format: str, content_hash: str, accepted: int, dry_run: bool = False) -> ImportReport:
        """Return the report, STORED unless something was refused or it is a dry run."""
        kept = ImportOutcome.DRY_RUN if dry_run else ImportOutcome.STORED
        return ImportReport(
            format=format,
            content_hash=content_hash,
            outcome=ImportOutcome.REFUSED if self.refused else kept,
            accepted=accepted,
            refused=_bounded(self.refused),
            losses=_bounded(self.losses),
        )


def unchanged(report: ImportReport) -> ImportReport:
    """Return the report of a file whose content was imported before: nothing was stored."""
    return replace(report, outcome=ImportOutcome.UNCHANGED)


def content_hash(text: str) -> str:
    """Return the SHA-256 of the text; byte order mark and CRLF are ignored."""
    same = text.removeprefix("\ufeff").replace("\r\n", "\n")
    return hashlib.sha256(same.encode("utf-8", "surrogatepass")).hexdigest()


def _bounded(findings: list[Finding]) -> list[Finding]:
    ordered = sorted(findings, key=lambda finding: finding.line)
    if len(ordered) <= MOST_FINDINGS:
        return ordered
    kept, rest = ordered[: MOST_FINDINGS - 1], ordered[MOST_FINDINGS - 1 :]
    return [*kept, Finding(line=rest[0].line, item="...", reason=f"and {len(rest)} more")]


def _finding(line: int, item: str, reason: str) -> Finding:
    return Finding(line=line, item=shown(item, 80), reason=shown(reason, 1_000))


def shown(text: str, longest: int) -> str:
    """Return text of a file for a report: printable, and cut at `longest` characters."""
    shown = "".join(c if c.isprintable() else "\ufffd" for c in text[: longest + 1])
    return shown if len(shown) <= longest else shown[: longest - 1] + "\u2026"


class ImportReports(Protocol):
    """Reports by id; an author sees their own."""

    async def add(
        self, id: ImportId, report: ImportReport, *, kind: ImportKind, author_id: UserId, now: datetime
    ) -> None:
        """Keep a report."""

    async def by_id(self, id: ImportId, *, author_id: UserId) -> ImportReport | None:
        """Return a report of this author."""
