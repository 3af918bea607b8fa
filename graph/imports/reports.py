"""Types of import reports."""

import strawberry

from domain.imports.reports import ImportOutcome
from graph.directives import public
from graph.enums import declare_enum
from graph.fields import attribute

declare_enum(
    ImportOutcome,
    "The outcome of an import; a file is stored as a whole or not at all.",
    STORED="Everything was stored.",
    UNCHANGED="The same content was stored before; nothing changed.",
    DRY_RUN="The file could be stored; a dry run stores nothing.",
    REFUSED="At least one item was refused, so nothing was stored.",
)


@strawberry.type(
    description="An item of an imported file with what is wrong or was left out.", directives=[public()]
)
class Finding:
    """A line of a report."""

    line: int = attribute("The line of the file, from 1.")
    item: str = attribute("The name of the item, or its first words.")
    reason: str = attribute("A sentence that says what is wrong or was left out.")


@strawberry.type(description="The report of an import.", directives=[public()])
class ImportReport:
    """The outcome of an import."""

    format: str = attribute("The format that the file was read as.")
    content_hash: str = attribute("The SHA-256 of the file's text.")
    outcome: ImportOutcome = attribute("The outcome of the import.")
    accepted: int = attribute("How many questions or nodes of the file are not refused.")
    refused: list[Finding] = attribute("The refused items, by line.", at_most=500)
    losses: list[Finding] = attribute("The parts of the file that are not kept, by line.", at_most=500)
