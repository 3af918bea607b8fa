"""Option ids do not reveal which option is right, nor when it was written."""

import itertools
import os
from collections import Counter
from itertools import count
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain import ids
from domain.content.drawn_keys import as_draft, drawn
from domain.content.question_kinds.key_drafts import KeyDraft, OptionDraft
from domain.content.question_kinds.table import QuestionKind
from tests.builders import mint
from tests.builders.quizzes import a_key, a_question
from tests.support.question_values import keys

KEY = KeyDraft(options=[OptionDraft(text=str(n), correct=n == 0) for n in range(4)])
ORDERED = KeyDraft(options=KEY.options, ordered=True)
BLANK = KeyDraft(blanks=[KEY])


def in_one_moment(prefix: str) -> str:
    return ids.compose(prefix, milliseconds=1_700_000_000_000, randomness=os.urandom(10))


def test_option_ids_do_not_depend_on_the_order_in_the_file() -> None:
    clock = count(1_700_000_000_000)

    def one_after_another(prefix: str) -> str:
        return ids.compose(prefix, milliseconds=next(clock), randomness=os.urandom(10))

    for made_by, key in itertools.product((in_one_moment, one_after_another), (KEY, ORDERED, BLANK)):
        made = (drawn(key, made_by) for _ in range(4_000))
        shown = (key.options or key.blanks[0].options for key in made)
        places = Counter([option.text for option in options].index("0") for options in shown)

        assert all(850 < places[place] < 1_150 for place in range(4))


def test_an_option_id_is_well_formed_and_has_no_bits_of_the_time() -> None:
    minted = [in_one_moment("option") for _ in range(2_000)]
    made = [option.id for _ in range(500) for option in drawn(KEY, in_one_moment).options]

    assert all(ids.is_id(option_id, "option") for option_id in made)
    assert len(set(made)) == len(made)
    assert len({option_id[:15] for option_id in minted}) == 1
    assert len({option_id[:11] for option_id in made}) > 1_900


def test_an_id_without_time_is_a_uuid_of_version_8() -> None:
    for _ in range(200):
        digits = ids.without_time(in_one_moment("option")).removeprefix("option_")
        value = 0
        for digit in digits:
            value = value << 5 | "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(digit)

        assert value >> 76 & 0xF == 8
        assert value >> 62 & 0b11 == 0b10
        assert value < 1 << 128


@given(key=st.sampled_from([QuestionKind.MATCHING, QuestionKind.ORDERING, QuestionKind.CLOZE]).flatmap(keys))
def test_a_stored_key_reads_as_it_was_written(key: KeyDraft) -> None:
    made = drawn(key, mint)
    question = a_question(QuestionKind.CLOZE, options=made.options, prompts=made.prompts, blanks=made.blanks)
    stored = a_key(
        question,
        correct_options=made.correct_options,
        parts=made.parts,
        option_feedback=made.option_feedback,
    )

    assert _in_no_order(as_draft(question, stored)) == _in_no_order(key)


def _in_no_order(key: KeyDraft) -> Any:
    """A key with its pairs by text and the options of blanks in no order: ids decide that."""
    pairs = [(prompt.text, key.options[prompt.option].text) for prompt in key.prompts]
    options = [(o.text, o.correct, o.feedback) for o in key.options]
    return (
        options if key.ordered else sorted(options),
        pairs,
        key.texts,
        key.numbers,
        key.feedback,
        [_in_no_order(blank) for blank in key.blanks],
    )
