"""Durations: written in plain digits and exactly, as the page says that the scalar names."""

import re
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.schema import executable

DURATION = executable().type_map["Duration"]
GRAMMAR = re.compile(r"-?PT[0-9]+(?:\.[0-9]+)?S")
"""What the page allows, of durations in seconds alone."""


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (timedelta(), "PT0S"),
        (timedelta(seconds=90), "PT90S"),
        (timedelta(days=12, milliseconds=500), "PT1036800.5S"),
        (timedelta(microseconds=1), "PT0.000001S"),
        (timedelta(seconds=1_234_567, microseconds=890_120), "PT1234567.89012S"),
        (timedelta(seconds=-1, microseconds=-500_000), "-PT1.5S"),
    ],
)
def test_a_duration_is_written_in_plain_digits(value: timedelta, written: str) -> None:
    assert DURATION.coerce_output_value(value) == written  # type: ignore[union-attr]


@given(st.timedeltas())
def test_no_digit_of_a_duration_is_lost(value: timedelta) -> None:
    written = DURATION.coerce_output_value(value)  # type: ignore[union-attr]

    assert GRAMMAR.fullmatch(written)
    sign = -1 if written.startswith("-") else 1
    seconds = sign * Fraction(written.lstrip("-")[2:-1])
    assert seconds == Fraction(value // timedelta(microseconds=1), 1_000_000)
