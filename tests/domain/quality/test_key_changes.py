"""Key changes: answers move to the options of equal text, and versions that grade alike are found."""

from dataclasses import replace
from fractions import Fraction

import pytest

from domain.content import grading
from domain.content.answers import Answer
from domain.content.question_kinds.table import QuestionKind
from domain.quality.key_changes import Version, answer_to, grade_alike
from tests.builders.attempts import a_question, new_version, right_answer

KINDS = list(QuestionKind)


@pytest.mark.parametrize("kind", KINDS)
def test_another_wording_grades_alike(kind: QuestionKind) -> None:
    question, key = a_question(kind)
    later, later_key = new_version(question, key)

    assert grade_alike(Version(question=question, key=key), Version(question=later, key=later_key))
    moved = answer_to(later, question, right_answer(key))
    assert grading.grade(later, later_key, moved) == 1


def test_another_right_option_does_not() -> None:
    question, key = a_question(QuestionKind.SINGLE_CHOICE)
    later, later_key = new_version(question, key)
    wrong = next(o.id for o in later.options if o.id not in later_key.correct_options)
    later_key = replace(later_key, correct_options=frozenset({wrong}))

    assert not grade_alike(Version(question=question, key=key), Version(question=later, key=later_key))


def test_an_option_that_is_gone_is_wrong_in_the_later_version() -> None:
    question, key = a_question(QuestionKind.MULTIPLE_CHOICE)
    later, later_key = new_version(question, key)
    gone = next(o for o in question.options if o.id not in key.correct_options)
    later = replace(later, options=[o for o in later.options if o.text != gone.text])

    moved = answer_to(later, question, Answer(options=[*sorted(key.correct_options), gone.id]))

    assert not grade_alike(Version(question=question, key=key), Version(question=later, key=later_key))
    assert grading.grade(later, later_key, moved) == Fraction(1, 2)


def test_pairs_follow_the_texts_of_their_prompts() -> None:
    question, key = a_question(QuestionKind.MATCHING)
    later, later_key = new_version(question, key)
    first, *others = later.prompts
    turned = [*others, first]
    later = replace(later, prompts=[replace(each, number=n) for n, each in enumerate(turned, start=1)])
    later_key = replace(later_key, parts=[*later_key.parts[1:], later_key.parts[0]])

    moved = answer_to(later, question, right_answer(key))

    assert not grade_alike(Version(question=question, key=key), Version(question=later, key=later_key))
    assert grading.grade(later, later_key, moved) == 1


def test_a_pair_of_a_prompt_that_is_gone_is_left_out() -> None:
    question, key = a_question(QuestionKind.MATCHING)
    later, later_key = new_version(question, key)
    later = replace(later, prompts=later.prompts[:-1])
    later_key = replace(later_key, parts=later_key.parts[:-1])

    assert grading.grade(later, later_key, answer_to(later, question, right_answer(key))) == 1
