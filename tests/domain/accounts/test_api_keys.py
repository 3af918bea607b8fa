"""API keys: their format, and the checksum that finds typing errors."""

import os
import re

import pytest

from domain.accounts.api_keys import composed, digest, is_well_formed


def test_a_key_has_a_prefix_a_public_part_and_256_bits_with_a_checksum() -> None:
    key = composed(os.urandom)

    assert re.fullmatch(r"qp_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}", key)
    assert is_well_formed(key)


def test_the_same_randomness_makes_the_same_key_and_another_makes_another() -> None:
    assert composed(bytes) == composed(bytes)
    assert composed(os.urandom) != composed(os.urandom)
    assert is_well_formed(composed(bytes))
    assert is_well_formed(composed(lambda n: b"\xff" * n))


@pytest.mark.parametrize("place", range(61))
def test_one_changed_character_makes_a_key_malformed(place: int) -> None:
    key = composed(os.urandom)
    letter = "a" if key[place] != "a" else "b"

    assert not is_well_formed(key[:place] + letter + key[place + 1 :])


@pytest.mark.parametrize("text", ["", "qp_", "qp_" + "ä" * 58, "x" * 10_000, composed(bytes) + "0"])
def test_other_texts_are_malformed(text: str) -> None:
    assert not is_well_formed(text)


def test_a_key_is_stored_as_a_digest() -> None:
    key = composed(os.urandom)

    assert re.fullmatch("[0-9a-f]{64}", digest(key))
    assert key not in digest(key)
