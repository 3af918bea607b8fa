"""Data exports: the document is JSON whatever its sections contain."""

import json
from datetime import UTC, datetime

from domain.ids import UserId
from domain.privacy.exports import composed

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_the_document_begins_with_its_format_and_contains_the_sections_unchanged() -> None:
    sections = {"goals": '[{"title": "\\"quoted\\""}]', "activities": "[]"}

    document = json.loads(composed(sections, user_id=UserId("user_1"), now=NOON))

    assert list(document.items()) == [
        ("format", "questpath-export/1"),
        ("userId", "user_1"),
        ("exportedAt", "2026-03-02T12:00:00+00:00"),
        ("activities", []),
        ("goals", [{"title": '"quoted"'}]),
    ]
