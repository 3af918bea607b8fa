"""Payloads of webhook events."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.webhooks.delivery_jobs import DELIVER
from domain.webhooks.events import FORMATS, WebhookEvent, payload_of

GUIDE = Path(__file__).parent.parent.parent.parent / "docs" / "operators" / "webhooks.md"
PERSONAL = {"email", "handle", "name", "title", "address", "bio"}


def test_a_payload_has_the_fields_of_its_format_and_no_others() -> None:
    facts = {"user_id": "user_1", "days": 7, "entry_id": "xp_1", "explanation": "not told"}

    payload = payload_of(
        WebhookEvent.STREAK_MILESTONE, facts, at=datetime(2026, 3, 2, 9, 0, 0, 1_500, tzinfo=UTC)
    )

    assert payload == {
        "type": "streak.milestone",
        "version": 1,
        "timestamp": "2026-03-02T09:00:00.001Z",
        "data": {"userId": "user_1", "days": 7, "entryId": "xp_1"},
    }


@pytest.mark.parametrize("event", WebhookEvent)
def test_no_payload_has_a_field_by_which_a_person_is_known(event: WebhookEvent) -> None:
    words = {word for field in FORMATS[event].fields for word in field.fact.split("_")}

    assert not words & PERSONAL


@pytest.mark.parametrize("event", WebhookEvent)
def test_the_guide_says_the_version_and_every_field_of_a_payload(event: WebhookEvent) -> None:
    section = GUIDE.read_text().partition(f"\n### {event.value}\n")[2].partition("\n#")[0]
    declared = FORMATS[event]

    assert f"Version {declared.version}. {declared.description}" in section
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert rows == [f"| `{each.name}` | {each.type} | {each.description} |" for each in declared.fields]


def test_attempts_go_on_for_a_day() -> None:
    policy = DELIVER.retries
    pauses = [policy.pause(attempt, fraction=0.0) for attempt in range(1, policy.attempts)]

    assert pauses == sorted(pauses)
    assert 24 <= sum(pause.total_seconds() for pause in pauses) / 3_600 <= 26
    json.dumps(payload_of(WebhookEvent.PING, {"endpoint_id": "webhook_1"}, at=datetime.now(UTC)))
