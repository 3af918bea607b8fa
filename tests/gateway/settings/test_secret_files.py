"""Secrets from files: `_FILE` behind the name of a secret setting names a file with its value."""

import os
from pathlib import Path

import pytest

from gateway.settings import environment, secret_files, unknown_names
from gateway.settings.environment import Settings, SettingsError

SECRETS = {
    secret_files.variable(name, field): name
    for name, field in Settings.model_fields.items()
    if secret_files.is_secret(field)
}
VALUES = {
    "DATABASE_URL": "postgresql://ada:canary-7f3a@127.0.0.1/questpath",
    "REDIS_URL": "redis://:canary-7f3a@127.0.0.1/0",
    "QUESTPATH_SMTP_URL": "smtp://ada:canary-7f3a@127.0.0.1:25",
    "QUESTPATH_AI_KEYS": "main=canary-7f3a",
    "QUESTPATH_SENTRY_DSN": "https://canary-7f3a@errors.example.org/1",
    "DATABASE_REPLICA_URLS": "postgresql://ada:canary-7f3a@127.0.0.2/questpath",
    "QUESTPATH_MAIL_EVENTS_SECRETS": "whsec_Y2FuYXJ5LTdmM2EtY2FuYXJ5LTdmM2EtY2FuYXJ5",
}
USUAL = "canary-7f3a" * 4


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith(("QUESTPATH_", "DATABASE_", "REDIS_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", SECRETS)
def test_every_secret_can_be_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    value = VALUES.get(name, USUAL)
    file = tmp_path / "secret"
    file.write_text(value + "\n")

    monkeypatch.setenv(name + "_FILE", str(file))
    from_file = getattr(Settings(), SECRETS[name])
    monkeypatch.delenv(name + "_FILE")
    monkeypatch.setenv(name, value)
    from_variable = getattr(Settings(), SECRETS[name])

    assert from_file == from_variable
    assert from_file != Settings.model_fields[SECRETS[name]].default


def test_the_secrets_with_a_file_are_those_that_no_representation_shows() -> None:
    assert {"QUESTPATH_SECRET", "QUESTPATH_PREVIOUS_SECRETS", "QUESTPATH_AI_KEYS", "DATABASE_URL"} <= set(
        SECRETS
    )
    assert "QUESTPATH_HOSTS" not in SECRETS


def test_the_path_of_a_file_can_be_in_the_file_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text(USUAL)
    (tmp_path / ".env").write_text("QUESTPATH_SECRET_FILE=secret\n")

    assert environment.read().secret.get_secret_value() == USUAL


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file"),
        (b"", "empty"),
        (b"\n", "empty"),
        (b"\xff" * 40, "UTF-8"),
        (b"x" * 70_000, "larger"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_by_its_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None, reason: str
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("QUESTPATH_SECRET_FILE", str(file))

    with pytest.raises(SettingsError, match=f"QUESTPATH_SECRET_FILE .*{reason}"):
        environment.read()


def test_a_file_of_a_list_may_be_empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "previous").touch()
    monkeypatch.setenv("QUESTPATH_PREVIOUS_SECRETS_FILE", str(tmp_path / "previous"))

    assert environment.read().previous_secrets == []


def test_a_value_and_a_file_together_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(USUAL)
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("DATABASE_URL", VALUES["DATABASE_URL"])

    with pytest.raises(SettingsError, match="DATABASE_URL and DATABASE_URL_FILE are both set") as refused:
        environment.read()

    assert "canary" not in str(refused.value)


def test_a_setting_that_is_no_secret_has_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUESTPATH_PORT_FILE", "/etc/port")

    assert "QUESTPATH_PORT_FILE is no setting" in str(unknown_names.first(Settings))
