"""Dates and times: the forms of the pages that the scalars name, and no other form of ISO 8601."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from graph.engine.inputs.error_sentences import ScalarError
from graph.schema import executable

MOMENT: Any = executable().type_map["DateTime"]
DATE: Any = executable().type_map["LocalDate"]


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31T12:00:00.5+02:00", datetime(2026, 1, 31, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("2024-02-29T23:59:59.123-11:30", datetime(2024, 3, 1, 11, 29, 59, 123_000, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read(sent: str, read: datetime) -> None:
    assert MOMENT.coerce_input_value(sent) == read


@pytest.mark.parametrize(
    "sent",
    [
        *[
            "2026-01-31",
            "2026-01-31T12:00Z",
            "2026-01-31T12:00:00",
            "2026-01-31 12:00:00Z",
            "20260131T120000Z",
        ],
        *[
            "2026-W05-6T12:00:00Z",
            "2026-01-31T12:00:00,5Z",
            "2026-01-31T12:00:00+0200",
            "2026-01-31T12:00:00+02",
        ],
        *["2026-02-30T12:00:00Z", "2026-01-31T12:00:60Z", "2026-01-31T25:00:00Z", "٢٠٢٦-01-31T12:00:00Z"],
        *[
            "0001-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59-23:59",
            " 2026-01-31T12:00:00Z",
            1_769_860_800,
            None,
        ],
    ],
)
def test_any_other_moment_is_refused(sent: Any) -> None:
    with pytest.raises(ScalarError):
        MOMENT.coerce_input_value(sent)


@pytest.mark.parametrize(
    "sent",
    ["20260131", "2026-W05-6", "2026-1-31", "2026-02-29", "2026-01-31T00:00:00Z", "٢٠٢٦-01-31", 20260131],
)
def test_any_other_date_is_refused(sent: Any) -> None:
    assert DATE.coerce_input_value("2024-02-29") == date(2024, 2, 29)
    with pytest.raises(ScalarError):
        DATE.coerce_input_value(sent)
