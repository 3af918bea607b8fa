"""Mail messages: a preview of every kind, compared with `messages.txt`, and what all of them have in common.

`pytest -s tests/domain/mail/test_messages.py` prints the previews. After a wanted change, put them into `messages.txt`
with `python -m tests.domain.mail.test_messages`, and read the diff.
"""

from pathlib import Path

import pytest

from domain.authentication.one_time_tokens import LIFETIMES, TokenPurpose
from domain.mail import messages
from domain.mail.mails import MailKind, NewMail
from tests.builders.messages import MAILS, NOON, TO, TOKEN, UNSUBSCRIBE

GOLDEN = Path(__file__).with_name("messages.txt")
OTHERS = {
    MailKind.WEEKLY_DIGEST,
    MailKind.WEBHOOK_DISABLED,
    MailKind.ROADMAP_INVITATION,
    MailKind.EVIDENCE_REVIEWED,
    MailKind.REPORT_DECIDED,
    MailKind.GRADED_AGAIN,
    MailKind.CERTIFICATE_REVOKED,
}
ABOUT_THE_ACCOUNT = [mail for mail in MAILS.values() if mail.kind not in OTHERS]
about_the_account = pytest.mark.parametrize("mail", ABOUT_THE_ACCOUNT, ids=lambda mail: mail.kind.value)
every_kind = pytest.mark.parametrize("mail", MAILS.values(), ids=lambda mail: mail.kind.value)


def preview(mail: NewMail) -> str:
    """Return a mail as it is read."""
    return f"==== {mail.kind.value}\nTo: {mail.to}\nSubject: {mail.subject}\n\n{mail.body}"


def previews() -> str:
    return "\n".join(preview(mail) for mail in MAILS.values())


def test_every_kind_is_previewed_and_reads_as_in_the_golden_file() -> None:
    print(f"\n{previews()}")  # noqa: T201 - the preview that `pytest -s` shows

    of_operators = {MailKind.CAMPAIGN, MailKind.CAMPAIGN_TEST}
    assert set(MailKind) - MAILS.keys() == {MailKind.DECOY} | of_operators
    assert previews() == GOLDEN.read_text("utf-8")


@every_kind
def test_a_message_greets_by_handle_and_closes_with_the_team_and_why_it_came(mail: NewMail) -> None:
    greeting, *_, closing, reason = mail.body.partition("\n\nStop ")[0].split("\n\n")

    assert greeting == "Hello ada,"
    assert closing == "The QuestPath team"
    assert reason.startswith("You get this mail because ")
    assert "\n" not in mail.subject


@every_kind
def test_every_paragraph_begins_in_upper_case(mail: NewMail) -> None:
    assert all(paragraph[0].isupper() for paragraph in mail.body.split("\n\n"))


@about_the_account
def test_the_one_link_is_on_a_line_of_its_own_and_leads_to_the_web_app(mail: NewMail) -> None:
    (link,) = (line for line in mail.body.splitlines() if "://" in line)

    assert link.startswith("https://app.example.org/")
    assert ".org//" not in link
    assert " " not in link
    assert (TOKEN in mail.body) == link.endswith(f"#token={TOKEN}")


@about_the_account
def test_a_message_says_what_to_do_if_the_reader_did_not_cause_it(mail: NewMail) -> None:
    assert "If you did not" in mail.body or "If it was not you" in mail.body


def test_only_a_mail_that_the_reader_asked_for_has_a_link_that_ends_it() -> None:
    ended_by = {mail.kind: (mail.values or {})["unsubscribe"] for mail in MAILS.values()}

    assert [kind for kind, link in ended_by.items() if link] == [MailKind.WEEKLY_DIGEST]
    assert MAILS[MailKind.WEEKLY_DIGEST].body.endswith(f"Stop the weekly digest:\n{UNSUBSCRIBE}\n")


def test_a_link_states_the_lifetime_of_its_token() -> None:
    hours = LIFETIMES[TokenPurpose.VERIFY_EMAIL].total_seconds() / 3_600
    minutes = LIFETIMES[TokenPurpose.RESET_PASSWORD].total_seconds() / 60

    assert f"expires after {hours:.0f} hours" in MAILS[MailKind.VERIFY_EMAIL].body
    assert f"expires after {hours:.0f} hours" in MAILS[MailKind.CONFIRM_EMAIL].body
    assert f"expires after {minutes:.0f} minutes" in MAILS[MailKind.RESET_PASSWORD].body


def test_an_unknown_device_and_network_are_named_as_such() -> None:
    mail = messages.new_device_sign_in(TO, device=None, address=None, at=NOON)

    assert "Device: unknown\nNetwork: unknown\nTime: 2 March 2026 at 12:00 UTC" in mail.body


if __name__ == "__main__":
    GOLDEN.write_text(previews(), "utf-8")
