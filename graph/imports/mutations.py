"""Mutations that import questions and roadmaps from files."""

import strawberry

from domain.content.quizzes import SlugTakenError
from domain.errors import IdempotencyKeyReusedError
from domain.imports.reports import ImportRefusedError, refusal_in
from domain.imports.roadmap_imports import RoadmapImport
from graph.content.roadmaps import Roadmap, RoadmapVersion
from graph.directives import imports_content
from graph.errors import declare_error
from graph.feature_flags.errors import SWITCHABLE
from graph.fields import given
from graph.imports.reports import ImportReport
from graph.mutations import mutated_by
from resolvers.imports import question_imports, roadmap_imports

declare_error(ImportRefusedError, "The file was refused, so nothing was stored; `report` has the reasons.")


@strawberry.input(description="A file of questions.")
class ImportQuestionsInput:
    """A file, and options for GIFT, which has no place for them."""

    file: str = given(
        "The text of the file: `questpath-questions/1` (JSON) or Moodle's GIFT; at most 2 000 000 characters.",
        required=True,
    )
    idempotency_key: str = given(
        "A key that the client makes for this request, 1 to 200 characters; for 24 hours the same key returns the "
        "same report. A dry run does not use it.",
        required=True,
    )
    exam_type_code: str | None = given(
        "For GIFT only: the code of the exam type, by default `general`. It is created if it is missing."
    )
    title: str | None = given("For GIFT only: the title of the quiz.")
    dry_run: bool = given("Whether to only report what an import would find.", default=False)


@strawberry.type
class QuestionImportMutations:
    """Importing questions."""

    import_questions = mutated_by(
        question_imports.import_questions,
        input=ImportQuestionsInput,
        gives={"report": (ImportReport, "The report of the import.")},
        refuses=(SlugTakenError, IdempotencyKeyReusedError, ImportRefusedError, *SWITCHABLE),
        refusal_in=refusal_in,
        rule=imports_content(),
        description="Imports a file of questions and publishes its quizzes: all of it, or nothing if an item is "
        "refused. A quiz of the caller with the same slug gets the new content and keeps its id; open attempts keep "
        "their questions.",
        weight=100,
    )


@strawberry.input(description="The file to import.")
class ImportRoadmapInput:
    """A file with its key."""

    file: str = given(
        "The text of the file: `questpath-roadmap/1` (JSON), or the config.json of an Exercism track.",
        required=True,
    )
    idempotency_key: str = given("A key that the client makes; the same key imports once.", required=True)
    dry_run: bool = given("Whether to only report what an import would find.", default=False)


def _refusal_in_roadmap(done: RoadmapImport) -> ImportRefusedError | None:
    return refusal_in(done.report)


@strawberry.type
class RoadmapImportMutations:
    """Importing roadmaps."""

    import_roadmap = mutated_by(
        roadmap_imports.import_roadmap,
        input=ImportRoadmapInput,
        gives={
            "roadmap": (Roadmap, "The roadmap that was imported."),
            "version": (RoadmapVersion, "The version that has the content."),
            "report": (ImportReport, "The report of the import."),
        },
        refuses=(IdempotencyKeyReusedError, ImportRefusedError, *SWITCHABLE),
        refusal_in=_refusal_in_roadmap,
        rule=imports_content(),
        description="Imports a file as the draft of the caller's roadmap with that slug: all of it, or nothing. "
        "The same content again changes nothing.",
        weight=100,
    )
