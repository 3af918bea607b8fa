"""Imports: the type, with its findings page by page, and the report on a text that was imported at once."""

from datetime import datetime

import strawberry

from domain.ids import ImportId
from domain.imports.readers import QuestionFileFormat, RoadmapFileFormat
from domain.imports.reports import ImportKind, ImportOutcome
from domain.imports.runs.imports import FindingKind, TooManyImportsError
from graph.directives import public, reads_imports
from graph.enums import declare_enum
from graph.errors import declare_error
from graph.fields import attribute, loaded_by
from graph.node import Node
from graph.paging import Connection
from graph.uploads.uploads import Upload
from graph.workflows.workflows import Workflow
from resolvers.imports import loaders
from resolvers.uploads import uploads
from resolvers.workflows import loaders as workflow_loaders

declare_enum(
    ImportOutcome,
    "The outcome of an import; a file is stored as a whole or not at all.",
    STORED="Everything was stored.",
    UNCHANGED="The same content was stored before; nothing changed.",
    DRY_RUN="The file could be stored; a dry run stores nothing.",
    REFUSED="At least one item was refused, so nothing was stored.",
    FAILED="It broke off, and nothing was stored; import the file again.",
)
declare_enum(ImportKind, "What a file holds.", QUESTIONS="Questions.", ROADMAP="A roadmap.")
declare_enum(
    FindingKind,
    "What a finding says of an item of a file.",
    REFUSED="The item cannot be imported.",
    LOST="A part of it is not kept, or the item is left out because there is nothing like it here.",
)
declare_enum(
    QuestionFileFormat,
    "A format of question files.",
    JSON="`questpath-questions/1`.",
    GIFT="Moodle's GIFT.",
    MOODLE_XML="Moodle XML.",
    QTI="QTI 2.1, 2.2 or 3.0: a package, or one item.",
    CSV="A table with a header.",
    ANKI="A deck of Anki.",
)
declare_enum(
    RoadmapFileFormat,
    "A format of roadmap files.",
    JSON="`questpath-roadmap/1`.",
    EXERCISM_TRACK="The config.json of an Exercism track.",
    ROADMAP_SH="A roadmap of roadmap.sh, as its editor saves it.",
    MARKDOWN="An outline in Markdown.",
)
declare_error(TooManyImportsError, "As many imports of the caller as may be at work are at work.")


@strawberry.type(description="A refused or lossy item of an imported file.", directives=[*reads_imports()])
class ImportFinding:
    """One finding."""

    kind: FindingKind = attribute("Whether the item is refused.")
    line: int = attribute("The line of the file, from 1; 1 for a package.")
    item: str = attribute("The name of the item, or its first words.")
    reason: str = attribute("A sentence that says what is wrong or was left out.")


@strawberry.type(
    description="The import of a file, with its report. Only its author can read it.",
    directives=[*reads_imports()],
)
class Import(Node):
    """One import."""

    id: ImportId = attribute("The import's id, `import_...`; ids order by time.")
    kind: ImportKind = attribute("What the file holds.")
    filename: str | None = attribute("The name of the uploaded file; null for a text.")
    format: str | None = attribute("The format that the file was read as; null until that is known.")
    encoding: str | None = attribute("The encoding of an uploaded text, like `utf-8` or `utf-16-le`.")
    content_hash: str | None = attribute(
        "The SHA-256 of the text, whatever its encoding and line ends; null until it was read."
    )
    outcome: ImportOutcome | None = attribute("What came of it; null while it runs.")
    accepted: int = attribute("How many questions or nodes are not refused, so far.")
    refused_count: int = attribute("How many items are refused, so far.")
    loss_count: int = attribute("How many losses there are, so far.")
    progress: int = attribute("How much is done, from 0 to 100.")
    note: str | None = attribute("What it does now; null once it has ended.")
    findings: Connection[ImportFinding] = loaded_by(
        loaders.findings_by_import,
        key="id",
        description="What is refused and lost: refusals first, each in the order of the file. The first 10 000 of "
        "each kind are kept.",
        args={"kind": "Only findings of this kind; by default both."},
    )
    upload: Upload | None = loaded_by(
        uploads.uploads_by_id, key="upload_id", description="The uploaded file; null for a text."
    )
    workflow: Workflow | None = loaded_by(
        workflow_loaders.workflows_by_id,
        key="workflow_id",
        description="The workflow that imports it; null for a text, and 30 days after its end.",
    )
    begun_at: datetime = attribute("When it was asked for.")
    finished_at: datetime | None = attribute("When it ended.")


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
