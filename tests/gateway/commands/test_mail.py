"""Commands about mails: bounces from a pipe and from mailboxes, and suppressions."""

import asyncio
import io
import json
import mailbox
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from domain.ids import JobId
from domain.unit_of_work import Meter
from gateway import cli
from gateway.commands.execution import exit_code
from gateway.mail import mail_keys
from gateway.settings.environment import Settings
from persistence.work import Postgres
from tests.builders import mint
from tests.builders.mail import KEYS, NOON, a_mail
from tests.support.bounces import a_complaint, a_notification, a_plain_bounce, bounces_to

GUIDE = Path(__file__).parents[3] / "docs/operators/mail.md"
COMMAND = re.compile(r"^    questpath (mail .+)$", re.MULTILINE)
FAILED = {"Action": "failed", "Status": "5.1.1"}


@pytest.fixture(autouse=True)
def keys_of_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_keys, "of_settings", lambda _settings: KEYS)


async def run(url: str, *words: str, stdin: bytes = b"") -> int:
    """Run a command as the shell would, on the database at `url`."""
    arguments = cli.parser().parse_args(words)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(stdin)))
        return await asyncio.wait_for(cli.loaded(arguments.command)(Settings(), url, arguments), 30)  # type: ignore[arg-type]


async def sent_mails(postgres: Postgres, *recipients: str) -> list[int]:
    async with postgres.open_work(Meter()) as work:
        ids = [await work.mails.add(a_mail(to=to), job_id=JobId(mint("job"))) for to in recipients]
        for mail_id in ids:
            await work.mails.sent(mail_id, now=NOON)
    return ids


async def reasons(postgres: Postgres, address: str) -> list[str]:
    async with postgres.open_reads(Meter()) as reads:
        found = await reads.suppressions.of_address(KEYS.digests(address))
    return [each.reason.value for each in found]


async def test_a_bounce_from_a_pipe_suppresses_its_recipient_once(
    postgres: Postgres, database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    (mail_id,) = await sent_mails(postgres, "ada@example.org")

    for raw in (
        a_notification(FAILED, mail_id=mail_id),
        a_notification(FAILED, mail_id=mail_id),
        a_notification(FAILED, mail_id=mail_id + 1),
        a_notification(FAILED, mail_id=None),
        a_notification({"Action": "delayed"}, mail_id=mail_id),
        b"Subject: Hello\n\nHow are you?",
    ):
        assert await run(database_url, "mail", "bounce", stdin=raw) == 0

    assert capsys.readouterr().out.splitlines() == [
        "1 message: 1 bounces.",
        "1 message: 1 known already.",
        "1 message: 1 known already.",
        "1 message: 1 of no mail of ours.",
        "1 message: 1 only delayed.",
        "1 message: 1 no bounces.",
    ]
    assert await reasons(postgres, "ada@example.org") == ["HARD_BOUNCE"]


@pytest.mark.parametrize("kind", ["mbox", "maildir"])
async def test_all_messages_of_a_mailbox_are_read_and_stay(
    postgres: Postgres, database_url: str, capsys: "pytest.CaptureFixture[str]", tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "box"
    box: mailbox.Mailbox[Any] = mailbox.mbox(path) if kind == "mbox" else mailbox.Maildir(path)
    ada, bob, _ = await sent_mails(postgres, "ada@example.org", "bob@example.org", "eve@example.org")
    for raw in (
        a_notification(FAILED, mail_id=None, to=bounces_to(ada)),
        a_complaint(mail_id=bob),
        a_plain_bounce("On holiday.", to="no-reply@example.org"),
    ):
        box.add(raw)
    box.close()

    for _ in range(2):
        await run(database_url, "mail", "bounce", f"--{kind}", str(path))

    first, second = capsys.readouterr().out.splitlines()
    assert first == "3 messages: 1 bounces, 1 complaints, 1 no bounces."
    assert second == "3 messages: 2 known already, 1 no bounces."
    assert await reasons(postgres, "ada@example.org") == ["HARD_BOUNCE"]
    assert await reasons(postgres, "bob@example.org") == ["COMPLAINT"]
    assert await reasons(postgres, "eve@example.org") == []


@pytest.mark.parametrize("kind", ["mbox", "maildir"])
def test_a_mailbox_that_is_none_is_told(
    database_url: str, capsys: "pytest.CaptureFixture[str]", tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "nothing"
    words = ("mail", "bounce", f"--{kind}", str(path))

    assert exit_code(lambda _settings: asyncio.run(run(database_url, *words))) == 2
    assert f"{path} is no" in capsys.readouterr().err
    assert not path.exists()


async def test_suppressions_are_added_listed_and_lifted(
    postgres: Postgres, database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    await run(database_url, "mail", "suppressions", "add", "Ada@Example.org", "--reason", "She wrote to us.")
    stopped = await reasons(postgres, "ada@example.org")
    await run(database_url, "mail", "suppressions", "list", "--email", "ada@example.org", "--json")
    added, listed = capsys.readouterr().out.splitlines()
    (row,) = json.loads(listed)
    await run(database_url, "mail", "suppressions", "list")
    table = capsys.readouterr().out
    await run(database_url, "mail", "suppressions", "lift", row["suppression"], "--reason", "A mistake.")
    await run(database_url, "mail", "suppressions", "list", "--reason", "MANUAL")
    lifted, none = capsys.readouterr().out.splitlines()

    assert added == f"{row['suppression']} stops every mail to this address."
    assert (stopped, row["reason"], row["note"]) == (["MANUAL"], "MANUAL", "She wrote to us.")
    assert "ada" not in table.lower().replace("reason", "")
    assert lifted == f"{row['suppression']} is lifted; it was for MANUAL."
    assert none == "There are no such suppressions."
    assert await reasons(postgres, "ada@example.org") == []


async def test_every_command_of_the_guide_works(
    postgres: Postgres, database_url: str, capsys: "pytest.CaptureFixture[str]", tmp_path: Path
) -> None:
    mailbox.Maildir(tmp_path / "Maildir")
    await run(database_url, "mail", "suppressions", "add", "bob@example.org", "--reason", "A test.")
    suppression = capsys.readouterr().out.split()[0]
    lines = COMMAND.findall(GUIDE.read_text("utf-8"))

    for line in lines:
        words = line.replace("SUPPRESSION", suppression).replace("FOLDER", str(tmp_path / "Maildir"))
        assert await run(database_url, *(words.partition(" <")[0]).split(), stdin=a_complaint()) == 0, line
    assert len(lines) > 4
