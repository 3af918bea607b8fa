"""Settings of what comes back of mails: weak secrets and unusable mailboxes stop the start, and no value is quoted."""

import os
from pathlib import Path

import pytest

from gateway.mail import mail_keys
from gateway.settings import environment
from gateway.settings.environment import Settings, SettingsError

PRODUCTION = {
    "QUESTPATH_ENV": "production",
    "QUESTPATH_SECRET": "x9" * 20,
    "DATABASE_URL": "postgresql://user@127.0.0.1/questpath",
    "QUESTPATH_HOSTS": "api.example.org",
}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith("QUESTPATH_") or name in {"DATABASE_URL", "REDIS_URL"}:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUESTPATH_MAIL_SECRET", "short"),
        ("QUESTPATH_MAIL_EVENTS_SECRETS", "whsec_c2hvcnQ="),
        ("QUESTPATH_MAIL_EVENTS_SECRETS", f"whsec_{'A' * 32},not base 64!"),
        ("QUESTPATH_MAIL_BOUNCES_TO", "bounces+tag@mail.example.org"),
        ("QUESTPATH_MAIL_BOUNCES_TO", "a" * 21 + "@mail.example.org"),
        ("QUESTPATH_MAIL_BOUNCES_TO", "nowhere"),
    ],
)
def test_what_cannot_work_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    for each, given in (PRODUCTION | {name: value}).items():
        monkeypatch.setenv(each, given)

    with pytest.raises(SettingsError) as refused:
        environment.read()

    assert str(refused.value).startswith(name)
    assert value not in str(refused.value)


def test_several_secrets_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    present, previous = "whsec_" + "A" * 32, "B" * 32
    monkeypatch.setenv("QUESTPATH_MAIL_EVENTS_SECRETS", f"{present}, {previous}")

    secrets = [each.get_secret_value() for each in environment.read().mail_events_secrets]

    assert secrets == [present, previous]


def test_a_secret_of_mails_comes_first_and_what_others_made_is_found() -> None:
    without = mail_keys.of_settings(Settings(secret="s" * 32, previous_secrets="p" * 32))  # type: ignore[arg-type]
    with_own = mail_keys.of_settings(
        Settings(secret="s" * 32, previous_secrets="p" * 32, mail_secret="m" * 32)  # type: ignore[arg-type]
    )
    own_and_new = mail_keys.of_settings(Settings(secret="n" * 32, mail_secret="m" * 32))  # type: ignore[arg-type]

    address = "ada@example.org"
    assert len(without.digests(address)) == 2
    assert set(without.digests(address)) < set(with_own.digests(address))
    assert with_own.digest(address) not in without.digests(address)
    assert own_and_new.digest(address) == with_own.digest(address)
