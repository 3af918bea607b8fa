"""Questions in the schema: a type for each kind, no key anywhere, and no way to them but attempts."""

from pathlib import Path

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type

from domain.content.question_kinds.table import QuestionKind
from graph.schema import executable, sdl
from persistence.privacy import export_sections
from tests.builders.quizzes import a_question


def test_every_kind_of_question_has_its_type() -> None:
    schema = executable()
    interface = schema.type_map["Question"]
    assert isinstance(interface, GraphQLInterfaceType)

    for kind in QuestionKind:
        face = a_question(kind)
        matching = [t.name for t in schema.get_possible_types(interface) if t.is_type_of(face, None)]  # type: ignore[misc, arg-type]
        assert matching == ["".join(word.title() for word in kind.value.split("_"))]


def test_no_type_of_a_question_has_a_key() -> None:
    schema = executable()
    fields = {
        "id",
        "kind",
        "prompt",
        "promptFormat",
        "difficulty",
        "domain",
        "examType",
        "viewerBookmark",
        "viewerNote",
        "media",
        "images",
        "quality",
        "provenance",
    }

    assert set(schema.type_map["Question"].fields) == fields  # type: ignore[attr-defined]
    own = {"options", "allOrNothing", "prompts", "blanks"}
    for kind in QuestionKind:
        assert set(schema.type_map[kind.rules.type_name].fields) <= fields | own  # type: ignore[attr-defined]
    assert set(schema.type_map["MatchingPrompt"].fields) == {"number", "text"}  # type: ignore[attr-defined]
    assert set(schema.type_map["Blank"].fields) == {"number", "takes", "options"}  # type: ignore[attr-defined]
    assert set(schema.type_map["Option"].fields) == {"id", "text", "image"}  # type: ignore[attr-defined]
    assert "AnswerKey" not in sdl()


def test_questions_are_reached_by_those_who_were_asked_and_by_their_authors_alone() -> None:
    schema = executable()
    faces = {"Question", *(kind.rules.type_name for kind in QuestionKind)}

    leading = {
        type_.name
        for type_ in schema.type_map.values()
        if isinstance(type_, GraphQLObjectType)
        for field in type_.fields.values()
        if get_named_type(field.type).name in faces
    }

    of_learners = {"AttemptSlot", "StudySlot", "ReviewCard", "QuestionReport"}
    of_authors = {"AuthoredContent", "QuestionConflict", "QuizDraft", "PreviewSlot", "QuestionQuality"}
    payloads = {"SuspendQuestionPayload", "ResumeQuestionPayload", "MarkQuestionReviewedPayload"}
    assert leading <= of_learners | of_authors | payloads


@pytest.mark.parametrize(
    ("reading", "readers"),
    [
        (
            ".keys_by_ids(",
            {
                "domain/assessment/answer_reveal.py",
                "domain/quality/regrades.py",
                "domain/spaced_review/card_answers.py",
                "domain/spaced_review/reviews.py",
                "domain/study/study_answers.py",
                "domain/imports/exports/question_exports.py",
                "domain/imports/storage/lost_feedback.py",
            },
        ),
        (".grading_inputs(", {"domain/assessment/attempt_end.py"}),
    ],
)
def test_keys_are_read_by_grading_revealing_exports_and_imports_alone(
    reading: str, readers: set[str]
) -> None:
    assert naming(reading, "domain", "resolvers", "graph", "gateway") == readers


def test_keys_are_selected_by_those_two_statements_alone() -> None:
    assert naming("question_keys", "persistence") == {
        "persistence/privacy/export_sections.py",  # where it is named as excluded from exports
        "persistence/content/grading_keys.py",
        "persistence/content/questions.py",
        "persistence/tables/content/questions.py",
    }
    assert "question_keys" in export_sections.EXCEPTIONS
    assert not any(
        "question_keys" in text for section in export_sections.SECTIONS.values() for text in section
    )
    assert naming("GRADING_INPUTS", "persistence") == {
        "persistence/assessment/submissions.py",
        "persistence/assessment/submission_statements.py",
    }


def naming(text: str, *layers: str) -> set[str]:
    """Return the files of the layers that contain the text."""
    root = Path(__file__).parents[3]
    paths = [path for layer in layers for path in (root / layer).rglob("*.py")]
    return {path.relative_to(root).as_posix() for path in paths if text in path.read_text()}
