"""Positions: what a replica is known to show, and insert positions behind a page's header."""

from math import inf

import pytest

from persistence.replicas.positions import MOST_MOMENTS, LogHistory, Moments, end_of_record

LOG = LogHistory(7, 1)
SEGMENT = 16 * 1024 * 1024


def test_a_replica_shows_the_last_moment_at_or_below_its_position() -> None:
    moments = Moments()
    for asked_at, position in ((1.0, 100), (2.0, 100), (3.0, 250)):
        moments.add(asked_at, LOG, position)

    shown = [moments.shown_by(position) for position in (99, 100, 249, 250, 9_999)]

    assert shown == [-inf, 2.0, 2.0, 3.0, 3.0]


def test_positions_from_before_a_promotion_are_dropped() -> None:
    moments = Moments()
    moments.add(1.0, LOG, 100)

    moments.add(2.0, LOG._replace(timeline=2), 90)

    assert (moments.shown_by(89), moments.shown_by(100)) == (-inf, 2.0)


def test_few_moments_are_kept() -> None:
    moments = Moments()

    for number in range(3 * MOST_MOMENTS):
        moments.add(float(number), LOG, number)

    assert moments.shown_by(2 * MOST_MOMENTS - 1) == -inf
    assert moments.shown_by(2 * MOST_MOMENTS) == 2.0 * MOST_MOMENTS


@pytest.mark.parametrize(
    ("inserted", "ends"),
    [
        (5 * SEGMENT + 40, 5 * SEGMENT),
        (5 * SEGMENT + 8_192 + 24, 5 * SEGMENT + 8_192),
        (5 * SEGMENT + 8_192 + 40, 5 * SEGMENT + 8_192 + 40),
        (5 * SEGMENT + 48, 5 * SEGMENT + 48),
        (5 * SEGMENT + 8_192, 5 * SEGMENT + 8_192),
    ],
)
def test_a_header_at_the_begin_of_a_page_is_no_part_of_a_record(inserted: int, ends: int) -> None:
    assert end_of_record(inserted, SEGMENT) == ends
