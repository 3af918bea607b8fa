"""Reports of imports: what was taken, refused and lost."""

import strawberry

from domain.import_findings import ImportOutcome
from graph.described import declare_enum
from graph.directives import public
from graph.fields import attribute

declare_enum(
    ImportOutcome,
    "What became of an imported file; all of it is stored or none.",
    STORED="Everything was stored.",
    UNCHANGED="Everything was there before; nothing had to be stored.",
    DRY_RUN="The file could be stored; a dry run stores nothing.",
    REFUSED="At least one item was refused, so nothing was stored.",
)


@strawberry.type(
    description="One item of an imported file, and what is wrong with it.", directives=[public()]
)
class Finding:
    """A line of a report."""

    line: int = attribute("The line of the file, from 1.")
    item: str = attribute("What the item calls itself, or how it begins.")
    reason: str = attribute("What is wrong, or what was left out, as a sentence.")


@strawberry.type(description="What an import found in a file, and what became of it.", directives=[public()])
class ImportReport:
    """The outcome of an import."""

    format: str = attribute("The format that the file was read as.")
    content_hash: str = attribute("SHA-256 of the file's text; the same content has the same hash.")
    outcome: ImportOutcome = attribute("What became of the file.")
    accepted: int = attribute("How many items of the file are fine.")
    refused: list[Finding] = attribute("The items that refuse the file, by line.", at_most=500)
    losses: list[Finding] = attribute("What of the file cannot be kept, by line.", at_most=500)
