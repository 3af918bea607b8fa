"""The table of question kinds: what every entry of it keeps."""

import dataclasses

import pytest

from domain.content.answers import Answer, SlotAnswer
from domain.content.question_kinds.key_drafts import KeyDraft
from domain.content.question_kinds.table import ANSWER_FIELDS, QuestionKind
from domain.content.questions import Question


@pytest.mark.parametrize("kind", QuestionKind)
def test_a_kind_is_stored_by_the_name_of_its_line(kind: QuestionKind) -> None:
    assert kind.name == kind.value == kind.rules.name


@pytest.mark.parametrize("kind", QuestionKind)
def test_a_kind_is_described(kind: QuestionKind) -> None:
    assert kind.rules.hint.endswith(".")
    assert kind.rules.description.endswith(".")


@pytest.mark.parametrize("kind", QuestionKind)
def test_a_kind_shows_attributes_of_a_question(kind: QuestionKind) -> None:
    assert set(kind.rules.shows) <= {field.name for field in dataclasses.fields(Question)}


@pytest.mark.parametrize("kind", QuestionKind)
def test_a_key_that_says_nothing_is_at_fault(kind: QuestionKind) -> None:
    assert list(kind.rules.faults(KeyDraft())) != []


def test_the_fields_of_answers_are_those_of_the_kinds() -> None:
    for entity in (Answer, SlotAnswer):
        assert [field.name for field in dataclasses.fields(entity)] == list(ANSWER_FIELDS)
