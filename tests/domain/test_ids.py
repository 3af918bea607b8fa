"""Identifiers: a prefix and 26 digits of base 32, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import PREFIXES, compose, is_id

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
OTHER_CHARACTERS = "ILOUabiz_-. \n\0é٣🙂"
BODIES = st.text(DIGITS, min_size=26, max_size=26)
NEARLY_BODIES = st.text(DIGITS + OTHER_CHARACTERS, min_size=24, max_size=28) | BODIES.map(
    lambda body: body + "\n"
)
HEADS = st.sampled_from([*(f"{prefix}_" for prefix in PREFIXES.values()), "user", "", "_", "use.", "user__"])


def is_well_formed(text: str, prefix: str) -> bool:
    head, body = text[: len(prefix) + 1], text[len(prefix) + 1 :]
    return head == f"{prefix}_" and len(body) == 26 and set(body) <= set(DIGITS)


@given(head=HEADS, body=BODIES | NEARLY_BODIES, prefix=st.sampled_from([*PREFIXES.values(), "", "use."]))
def test_an_id_is_its_prefix_and_26_digits(head: str, body: str, prefix: str) -> None:
    text = head + body

    assert is_id(text, prefix) is is_well_formed(text, prefix)


@given(prefix=st.sampled_from(list(PREFIXES.values())), body=BODIES | NEARLY_BODIES)
def test_an_id_of_a_known_kind_is_its_prefix_and_26_digits(prefix: str, body: str) -> None:
    text = f"{prefix}_{body}"

    assert is_id(text, prefix) is is_well_formed(text, prefix)


@pytest.mark.parametrize(
    "text", ["", "user", "user_", "user_" + "0" * 25, "user_" + "0" * 27, "USER_" + "0" * 26]
)
def test_a_text_that_is_too_short_or_too_long_is_no_id(text: str) -> None:
    assert not is_id(text, "user")


@given(milliseconds=st.integers(0, 2**48 - 1), randomness=st.binary(min_size=10, max_size=10))
def test_a_composed_id_is_one_of_its_kind_only(milliseconds: int, randomness: bytes) -> None:
    composed = compose("node", milliseconds=milliseconds, randomness=randomness)

    assert is_id(composed, "node")
    assert not is_id(composed, "user")
