"""A key of a later version of a question in the options of an earlier one."""

from dataclasses import replace

import pytest

from domain.content.answers import Option
from domain.content.drawing.option_counterparts import key_for
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Question
from domain.ids import OptionId, QuestionId
from tests.builders.attempts import a_question


def with_other_ids(options: list[Option]) -> list[Option]:
    return [Option(id=OptionId(f"new-{option.id}"), text=option.text) for option in options]


def a_later_version(old: Question) -> Question:
    """Return the question with option ids of its own, and its prompts in the other order."""
    prompts = [replace(prompt, number=number) for number, prompt in enumerate(reversed(old.prompts), start=1)]
    return replace(
        old,
        id=QuestionId("question_new"),
        options=with_other_ids(old.options),
        prompts=prompts,
        blanks=[replace(blank, options=with_other_ids(blank.options)) for blank in old.blanks],
    )


@pytest.mark.parametrize("kind", QuestionKind)
def test_the_key_of_a_version_with_the_same_texts_is_that_of_the_other(kind: QuestionKind) -> None:
    old, key = a_question(kind)
    new = a_later_version(old)
    ids = {option.id: OptionId(f"new-{option.id}") for option in old.options}
    ids |= {option.id: OptionId(f"new-{option.id}") for blank in old.blanks for option in blank.options}
    parts = [replace(part, option=None if part.option is None else ids[part.option]) for part in key.parts]
    later = replace(
        key,
        question_id=new.id,
        correct_options=frozenset(ids[option] for option in key.correct_options),
        option_feedback={ids.get(OptionId(answer), answer): t for answer, t in key.option_feedback.items()},
        parts=parts[::-1] if old.prompts else parts,
    )

    assert key_for(old, new, later) == key


def test_what_only_the_later_version_has_to_choose_is_left_out() -> None:
    old, key = a_question(QuestionKind.MULTIPLE_CHOICE)
    added = Option(id=OptionId("new"), text="One more")
    new = replace(old, id=QuestionId("question_new"), options=[*old.options, added])
    later = replace(key, correct_options=key.correct_options | {added.id}, option_feedback={"new": "Right."})

    moved = key_for(old, new, later)

    assert moved.correct_options == key.correct_options
    assert moved.option_feedback == {}
