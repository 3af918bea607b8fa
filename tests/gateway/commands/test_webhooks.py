"""Commands about webhooks, as operators type them, and the guide: its commands and its receiver are executed."""

import asyncio
import json
import re
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from domain.errors import InvalidInputError, NotFoundError
from domain.paging import window
from domain.unit_of_work import Meter
from domain.webhooks import delivery_attempts
from domain.webhooks.deliveries import DeliveryFilter, ReceiverAnswer, WebhookDelivery, WebhookFailure
from gateway import cli
from gateway.commands.errors import CommandError
from gateway.settings.environment import Settings
from gateway.webhooks import webhook_sender
from persistence.work import Postgres
from tests.builders.acts import an_act
from tests.builders.webhooks import SECRET, a_delivery, an_endpoint

GUIDE = (Path(__file__).parents[3] / "docs/operators/webhooks.md").read_text("utf-8")
COMMAND = re.compile(r"^    questpath (.+)$", re.MULTILINE)
SNIPPET = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CREATE = "webhooks create https://example.org/hooks --events user.registered"


async def run(url: str, line: str) -> int:
    """Run a command as the shell would, on the database at `url`."""
    arguments = cli.parser().parse_args(shlex.split(line))
    outcome = cli.loaded(arguments.command)(Settings(), url, arguments)
    return await asyncio.wait_for(outcome, 30)  # type: ignore[arg-type]


async def printed(url: str, capsys: "pytest.CaptureFixture[str]", line: str) -> list[dict[str, Any]]:
    """Run a command that prints JSON, and read it."""
    capsys.readouterr()
    await run(url, f"{line} --json")
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return rows


async def deliveries(postgres: Postgres) -> list[WebhookDelivery]:
    async with postgres.open_reads(Meter()) as reads:
        return list((await reads.webhook_deliveries.page(DeliveryFilter(), window(first=100))).nodes)


async def fail(postgres: Postgres) -> WebhookDelivery:
    """Let the last attempt at the newest delivery fail."""
    newest = (await deliveries(postgres))[0]
    answer = ReceiverAnswer(status=None, failure=WebhookFailure.TIMEOUT, milliseconds=1)
    async with postgres.open_work(Meter()) as work:
        await delivery_attempts.record(
            work, an_act(now=datetime.now(UTC)), newest, answer, attempt=12, public_url="https://a.example"
        )
    return newest


async def test_endpoints_are_created_listed_changed_and_deleted(
    postgres: Postgres, database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    (made,) = await printed(database_url, capsys, CREATE)
    endpoint = made["endpoint"]
    (rotated,) = await printed(database_url, capsys, f"webhooks rotate {endpoint}")
    (disabled,) = await printed(database_url, capsys, f"webhooks disable {endpoint}")
    listed = await printed(database_url, capsys, "webhooks list --state DISABLED")
    (shown,) = await printed(database_url, capsys, f"webhooks show {endpoint}")
    (enabled,) = await printed(database_url, capsys, f"webhooks enable {endpoint}")
    await run(database_url, "webhooks list")
    for_people = capsys.readouterr().out
    await run(database_url, f"webhooks delete {endpoint}")
    capsys.readouterr()
    await run(database_url, "webhooks list")

    assert made["secret"].startswith("whsec_")
    assert rotated["secret"] != made["secret"]
    assert (disabled["state"], disabled["because"], enabled["state"]) == ("DISABLED", "BY_HAND", "ENABLED")
    assert [each["endpoint"] for each in listed] == [endpoint]
    assert shown["previous secret until"] is not None
    assert "whsec" not in str(listed) + str(shown) + for_people
    assert for_people.split()[:4] == ["endpoint", "state", "because", "url"]
    assert capsys.readouterr().out == "There are no endpoints.\n"


async def test_deliveries_are_listed_shown_and_replayed(
    postgres: Postgres, database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    (made,) = await printed(database_url, capsys, CREATE)
    (tested,) = await printed(database_url, capsys, f"webhooks test {made['endpoint']}")
    await fail(postgres)

    failed = await printed(database_url, capsys, "webhooks deliveries --state FAILED --event webhook.ping")
    (shown,) = await printed(database_url, capsys, f"webhooks show {tested['delivery']}")
    (again,) = await printed(database_url, capsys, f"webhooks replay {tested['delivery']}")
    await fail(postgres)
    all_ = await printed(database_url, capsys, "webhooks replay --state FAILED")
    await run(database_url, "webhooks replay --until 2020-01-01T00:00:00Z")

    assert [each["delivery"] for each in failed] == [tested["delivery"]]
    assert shown["payload"]["data"] == {"endpointId": made["endpoint"]}
    assert again["state"] == "PENDING"
    assert [each["delivery"] for each in all_] == [tested["delivery"]]
    assert capsys.readouterr().out == "There is no such delivery to replay.\n"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("webhooks create http://10.0.0.1/ --events user.registered", InvalidInputError),
        ("webhooks create https://example.org/ --events user.left", CommandError),
        ("webhooks create https://example.org/ --events webhook.ping", InvalidInputError),
        ("webhooks deliveries --event user.left", CommandError),
        ("webhooks deliveries --since yesterday", CommandError),
        ("webhooks deliveries --since 2026-01-01T00:00:00", CommandError),
        ("webhooks deliveries --since 2026-01-02T00:00:00Z --until 2026-01-01T00:00:00Z", InvalidInputError),
        ("webhooks show webhook_01K742SG00EC1V4CSM6MV3EE1S", NotFoundError),
        ("webhooks test webhook_01K742SG00EC1V4CSM6MV3EE1S", NotFoundError),
        ("webhooks replay delivery_01K742SG00EC1V4CSM6MV3EE1S", NotFoundError),
    ],
)
async def test_wrong_words_are_refused(database_url: str, line: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await run(database_url, line)


async def test_every_command_of_the_guide_runs(
    postgres: Postgres, database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    lines = COMMAND.findall(GUIDE)
    endpoint, delivery, ran = "", "", []
    for line in lines:
        if "replay" in line:
            delivery = (await fail(postgres)).id
        words = line.replace("ENDPOINT", endpoint).replace("DELIVERY", delivery)
        assert await run(database_url, words) == 0
        ran.append(capsys.readouterr().out)
        if "create" in line:
            (made,) = await printed(database_url, capsys, "webhooks list")
            endpoint = made["endpoint"]
        if "test" in line:
            delivery = (await deliveries(postgres))[0].id

    assert len(ran) == len(lines) >= 10
    assert all(ran)


def test_the_receiver_of_the_guide_takes_what_is_signed_and_nothing_else() -> None:
    (snippet,) = SNIPPET.findall(GUIDE)
    names: dict[str, Any] = {}
    exec(snippet, names)  # noqa: S102 - a page of this repository
    payload = {"type": "user.registered", "version": 1}
    made = a_delivery(an_endpoint(), payload=payload)
    headers, body = webhook_sender.signed(made, [SECRET], datetime.now(UTC))

    assert names["receive"](SECRET, headers, body) == (204, made.event_id)
    assert names["receive"](SECRET, headers, body + b" ") == (401, "")
    assert names["receive"](SECRET, {}, body) == (401, "")
    assert Webhook(SECRET).verify(body, headers) == payload
