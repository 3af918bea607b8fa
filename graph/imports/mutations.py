"""Mutations that import questions and roadmaps from files."""

import strawberry

from domain.content.quizzes import SlugTakenError
from domain.errors import IdempotencyKeyReusedError
from domain.ids import UploadId
from domain.imports.readers import QuestionFileFormat, RoadmapFileFormat
from domain.imports.reports import ImportRefusedError, refusal_in
from domain.imports.runs.imports import TooManyImportsError
from domain.uploads.uploads import UploadNotReadyError
from graph.content.roadmaps import Roadmap, RoadmapVersion
from graph.directives import imports_content
from graph.errors import declare_error
from graph.feature_flags.errors import SWITCHABLE
from graph.fields import given
from graph.imports.imports import Import, ImportReport
from graph.mutations import mutated_by
from resolvers.imports import question_imports, roadmap_imports
from resolvers.imports.question_imports import QuestionImport
from resolvers.imports.roadmap_imports import RoadmapImported

declare_error(ImportRefusedError, "The file was refused, so nothing was stored; `report` has the reasons.")


@strawberry.input(description="A file of questions.")
class ImportQuestionsInput:
    """A file, and options for GIFT, which has no place for them."""

    file: str | None = given(
        "The text of the file: `questpath-questions/1` (JSON) or Moodle's GIFT; at most 2 000 000 characters. It is "
        "imported at once."
    )
    upload: UploadId | None = given(
        "In place of `file`: an upload for `QUESTIONS` whose bytes have arrived. A workflow imports it."
    )
    format: QuestionFileFormat | None = given(
        "For an upload: the format of the file; by default it is told by the content."
    )
    keep_good: bool = given(
        "For an upload: whether what is right is imported although other items are refused.", default=False
    )
    idempotency_key: str = given(
        "A key that the client makes for this request, 1 to 200 characters; for 24 hours the same key returns the "
        "same report. A dry run does not use it.",
        required=True,
    )
    exam_type_code: str | None = given(
        "For every format but our own: the code of the exam type, by default `general`. It is created if it is missing."
    )
    title: str | None = given("For every format but our own: the title of the quiz.")
    dry_run: bool = given("Whether to only report what an import would find.", default=False)


def _refusal_in_questions(done: QuestionImport) -> ImportRefusedError | None:
    return None if done.report is None else refusal_in(done.report)


@strawberry.type
class QuestionImportMutations:
    """Importing questions."""

    import_questions = mutated_by(
        question_imports.import_questions,
        input=ImportQuestionsInput,
        gives={
            "report": (ImportReport, "The report on a `file`; null for an upload."),
            "started": (
                Import,
                "The import of an upload, which has begun or was done before; null for a `file`.",
            ),
        },
        refuses=(
            SlugTakenError,
            IdempotencyKeyReusedError,
            ImportRefusedError,
            UploadNotReadyError,
            TooManyImportsError,
            *SWITCHABLE,
        ),
        refusal_in=_refusal_in_questions,
        rule=imports_content(),
        description="Imports a file of questions and publishes its quizzes: all of it, or nothing if an item is "
        "refused. A quiz of the caller with the same slug gets the new content and keeps its id; open attempts keep "
        "their questions. An upload is imported by a workflow: follow `started`, or its workflow with "
        "workflowProgress. The same bytes with the same options give the import that was done before.",
        weight=100,
    )


@strawberry.input(description="The file to import.")
class ImportRoadmapInput:
    """A file with its key."""

    file: str | None = given(
        "The text of the file: `questpath-roadmap/1` (JSON), or the config.json of an Exercism track. It is imported "
        "at once."
    )
    upload: UploadId | None = given(
        "In place of `file`: an upload for `ROADMAP` whose bytes have arrived. A workflow imports it."
    )
    format: RoadmapFileFormat | None = given(
        "For an upload: the format of the file; by default it is told by the content."
    )
    idempotency_key: str = given("A key that the client makes; the same key imports once.", required=True)
    dry_run: bool = given("Whether to only report what an import would find.", default=False)


def _refusal_in_roadmap(done: RoadmapImported) -> ImportRefusedError | None:
    return None if done.report is None else refusal_in(done.report)


@strawberry.type
class RoadmapImportMutations:
    """Importing roadmaps."""

    import_roadmap = mutated_by(
        roadmap_imports.import_roadmap,
        input=ImportRoadmapInput,
        gives={
            "roadmap": (Roadmap, "The roadmap that was imported; null for an upload."),
            "version": (RoadmapVersion, "The version that has the content; null for an upload."),
            "report": (ImportReport, "The report on a `file`; null for an upload."),
            "started": (
                Import,
                "The import of an upload, which has begun or was done before; null for a `file`.",
            ),
        },
        refuses=(
            IdempotencyKeyReusedError,
            ImportRefusedError,
            UploadNotReadyError,
            TooManyImportsError,
            *SWITCHABLE,
        ),
        refusal_in=_refusal_in_roadmap,
        rule=imports_content(),
        description="Imports a file as the draft of the caller's roadmap with that slug: all of it, or nothing. "
        "The same content again changes nothing. An upload is imported by a workflow, as by importQuestions.",
        weight=100,
    )
