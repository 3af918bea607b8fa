"""Smoke checks: every benchmark's figures are there, whatever they are."""

import math
from collections.abc import Mapping


class MissingFigureError(Exception):
    """A benchmark ended without a figure; the message names it."""


def check_figures(figures: Mapping[str, object], place: str = "") -> int:
    """Return the number of figures; raises MissingFigureError unless all are finite and not below zero."""
    count = 0
    for name, value in figures.items():
        where = f"{place}{name}"
        if isinstance(value, Mapping):
            count += check_figures(value, f"{where}.")
        elif isinstance(value, int | float) and math.isfinite(value) and value >= 0:
            count += 1
        else:
            raise MissingFigureError(f"{where} is {value!r}")
    if not count:
        raise MissingFigureError(f"{place or 'the report'} has no figures")
    return count
