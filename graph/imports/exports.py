"""Mutations that export quizzes and roadmaps as files."""

import strawberry

from domain.accounts.users import Role
from domain.errors import ForbiddenError
from domain.ids import QuizId, RoadmapId
from domain.imports.exports.exported_files import MOST_LOSSES, ExportFormat
from graph.directives import auth, public
from graph.enums import declare_enum
from graph.fields import attribute, given
from graph.mutations import mutated_by
from resolvers.imports import exports

declare_enum(
    ExportFormat,
    "The formats in which the questions of a quiz can be exported.",
    JSON="Our own format, `questpath-questions/1`: the only one that holds the quiz too.",
    GIFT="Moodle's GIFT.",
    MOODLE_XML="Moodle XML.",
    CSV="A table, with a column for each option.",
    QTI="A package of QTI 3.0: a zip.",
)


@strawberry.type(description="What a file cannot hold.", directives=[public()])
class ExportLoss:
    """A line of a list."""

    item: str = attribute("The name of the question; empty for the file as a whole.")
    reason: str = attribute("A sentence that says what is not in the file.")


@strawberry.type(description="A file of an export.", directives=[public()])
class ExportedFile:
    """A file."""

    name: str = attribute("A name for the file.")
    media_type: str = attribute("The media type of the file.")
    text: str | None = attribute("The content; null for a package.")
    base64: str = attribute("The content in base 64; for a package the only form.")
    losses: list[ExportLoss] = attribute("What the format cannot hold.", at_most=MOST_LOSSES)


@strawberry.input(description="The quiz to export.")
class ExportQuizInput:
    """A quiz and a format."""

    quiz_id: QuizId = given("The quiz whose questions are exported.", required=True)
    format: ExportFormat = given("The format of the file.", required=True)


@strawberry.input(description="The roadmap to export.")
class ExportRoadmapInput:
    """A roadmap."""

    roadmap_id: RoadmapId = given("The roadmap whose newest version is exported.", required=True)


@strawberry.type
class ExportMutations:
    """Mutations that export."""

    export_quiz = mutated_by(
        exports.export_quiz,
        input=ExportQuizInput,
        gives={"file": (ExportedFile, "The file.")},
        refuses=(ForbiddenError,),
        rule=auth(Role.AUTHOR),
        description="Exports the questions of a quiz of the caller's own with their answer keys, at most 5 000 000 "
        "bytes. No API key may do this, and the audit log notes each export.",
        weight=100,
    )
    export_roadmap = mutated_by(
        exports.export_roadmap,
        input=ExportRoadmapInput,
        gives={"file": (ExportedFile, "The file.")},
        refuses=(ForbiddenError,),
        rule=auth(Role.AUTHOR),
        description="Exports the newest version of a roadmap of the caller's own, a draft too, as "
        "`questpath-roadmap/1`. The audit log notes each export.",
        weight=100,
    )
