"""Imports: what reading a file yielded, and the hash by which the same content is known again."""

import hashlib
from dataclasses import replace
from enum import Enum

from domain.entities import entity

MOST_FINDINGS = 500
"""How many refusals, and how many losses, a report names; what is beyond is counted in its last entry."""


class ImportOutcome(Enum):
    """What became of a file; all of it is stored or none."""

    STORED = "STORED"
    UNCHANGED = "UNCHANGED"
    DRY_RUN = "DRY_RUN"
    REFUSED = "REFUSED"


@entity
class Finding:
    """One item of a file with its line (from 1) and what is wrong with it or was dropped."""

    line: int
    item: str
    reason: str


@entity
class ImportReport:
    """What a file holds: how many items are fine, which are refused, and what of the fine ones gets lost.

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


class Findings:
    """Collects what a parser refuses and what it drops, in the order of the file."""

    def __init__(self) -> None:
        self.refused: list[Finding] = []
        self.losses: list[Finding] = []

    def refuse(self, line: int, item: str, reason: str) -> None:
        """Note an item that the file must not hold."""
        self.refused.append(_finding(line, item, reason))

    def lose(self, line: int, item: str, reason: str) -> None:
        """Note something that has no place here and is dropped."""
        self.losses.append(_finding(line, item, reason))

    def report(self, *, format: str, text: str, accepted: int, dry_run: bool = False) -> ImportReport:
        """Return the report, STORED unless something was refused or it is a dry run."""
        kept = ImportOutcome.DRY_RUN if dry_run else ImportOutcome.STORED
        return ImportReport(
            format=format,
            content_hash=content_hash(text),
            outcome=ImportOutcome.REFUSED if self.refused else kept,
            accepted=accepted,
            refused=_bounded(self.refused),
            losses=_bounded(self.losses),
        )


def unchanged(report: ImportReport) -> ImportReport:
    """Return the report of a file whose content was imported before: nothing was stored."""
    return replace(report, outcome=ImportOutcome.UNCHANGED)


def content_hash(text: str) -> str:
    """Return the SHA-256 of the text; a byte order mark and the kind of line ends make no difference."""
    same = text.removeprefix("\ufeff").replace("\r\n", "\n")
    return hashlib.sha256(same.encode("utf-8", "surrogatepass")).hexdigest()


def _bounded(findings: list[Finding]) -> list[Finding]:
    ordered = sorted(findings, key=lambda finding: finding.line)
    if len(ordered) <= MOST_FINDINGS:
        return ordered
    kept, rest = ordered[: MOST_FINDINGS - 1], ordered[MOST_FINDINGS - 1 :]
    return [*kept, Finding(line=rest[0].line, item="...", reason=f"and {len(rest)} more")]


def _finding(line: int, item: str, reason: str) -> Finding:
    return Finding(line=line, item=_shown(item, 80), reason=_shown(reason, 1_000))


def _shown(text: str, longest: int) -> str:
    """Return text of a file fit for a report: printable, and cut where it is longer."""
    shown = "".join(c if c.isprintable() else "\ufffd" for c in text[: longest + 1])
    return shown if len(shown) <= longest else shown[: longest - 1] + "\u2026"
