"""Option ids do not reveal which option is right, nor when it was written."""

import os
from collections import Counter
from itertools import count

from domain import ids
from domain.content.question_kinds.key_drafts import OptionDraft
from domain.imports.storage import quiz_ids

OPTIONS = [OptionDraft(text=str(n), correct=n == 0) for n in range(4)]


def in_one_moment(prefix: str) -> str:
    return ids.compose(prefix, milliseconds=1_700_000_000_000, randomness=os.urandom(10))


def test_option_ids_do_not_depend_on_the_order_in_the_file() -> None:
    clock = count(1_700_000_000_000)

    def one_after_another(prefix: str) -> str:
        return ids.compose(prefix, milliseconds=next(clock), randomness=os.urandom(10))

    for mint in (in_one_moment, one_after_another):
        places = Counter(
            next(
                place for place, (_, option) in enumerate(quiz_ids.shuffled(OPTIONS, mint)) if option.correct
            )
            for _ in range(4_000)
        )

        assert all(850 < places[place] < 1_150 for place in range(4))


def test_an_option_id_is_well_formed_and_has_no_bits_of_the_time() -> None:
    minted = [in_one_moment("option") for _ in range(2_000)]
    made = [option_id for at in range(500) for option_id, _ in quiz_ids.shuffled(OPTIONS, in_one_moment)]

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
