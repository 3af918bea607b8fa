"""Secrets from Vault: read at the start, and again by new workers when a new version is written."""

import os
import queue
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from gateway.processes import vault_watch
from gateway.settings import environment
from gateway.settings.environment import SettingsError
from gateway.settings.vault import VaultSettings
from tests.support.patience import PATIENCE_S
from tests.support.servers.gateway import running_gateway
from tests.support.servers.vault import ROLE_ID, SECRET_ID, TOKEN, Vault, running_vault

FIRST, SECOND = "canary-x9" * 5, "canary-y8" * 5
URL = "postgresql://ada:canary@127.0.0.1/questpath"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith(("QUESTPATH_", "DATABASE_", "REDIS_", "VAULT_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def vault() -> Iterator[Vault]:
    with running_vault() as running:
        yield running


def access(vault: Vault, **more: str) -> dict[str, str]:
    return {"QUESTPATH_VAULT_ADDRESS": vault.url, "QUESTPATH_VAULT_TOKEN": TOKEN} | more


def set_all(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_secrets_are_read_from_vault(monkeypatch: pytest.MonkeyPatch, vault: Vault) -> None:
    vault.put(QUESTPATH_SECRET=FIRST, DATABASE_URL=URL, QUESTPATH_PREVIOUS_SECRETS=f"{SECOND},{SECOND}")
    set_all(monkeypatch, access(vault))

    settings = environment.read()

    assert settings.secret.get_secret_value() == FIRST
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == URL
    assert [each.get_secret_value() for each in settings.previous_secrets] == [SECOND, SECOND]


def test_the_environment_and_files_win_over_vault(
    monkeypatch: pytest.MonkeyPatch, vault: Vault, tmp_path: Path
) -> None:
    vault.put(QUESTPATH_SECRET=FIRST, DATABASE_URL="postgresql://of-vault/questpath")
    (tmp_path / "secret").write_text(SECOND)
    set_all(monkeypatch, access(vault, QUESTPATH_SECRET_FILE="secret", DATABASE_URL=URL))

    settings = environment.read()

    assert settings.secret.get_secret_value() == SECOND
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == URL


def test_a_role_signs_in_with_its_secret_from_a_file(
    monkeypatch: pytest.MonkeyPatch, vault: Vault, tmp_path: Path
) -> None:
    vault.put(QUESTPATH_SECRET=FIRST)
    (tmp_path / "secret-id").write_text(SECRET_ID + "\n")
    set_all(
        monkeypatch,
        {
            "QUESTPATH_VAULT_ADDRESS": vault.url,
            "QUESTPATH_VAULT_ROLE_ID": ROLE_ID,
            "QUESTPATH_VAULT_SECRET_ID_FILE": "secret-id",
        },
    )

    assert environment.read().secret.get_secret_value() == FIRST
    assert vault.logins == 1


@pytest.mark.parametrize(
    ("secrets", "more", "sentence"),
    [
        ({"QUESTPATH_HOSTS": "a.example"}, {}, "QUESTPATH_VAULT_PATH holds QUESTPATH_HOSTS"),
        ({"QUESTPATH_SECRET": 7}, {}, "QUESTPATH_VAULT_PATH holds QUESTPATH_SECRET"),
        ({"QUESTPATH_VAULT_TOKEN": "canary"}, {}, "QUESTPATH_VAULT_PATH holds QUESTPATH_VAULT_TOKEN"),
        ({}, {"QUESTPATH_VAULT_TOKEN": "canary"}, "cannot be read .Forbidden."),
        ({}, {"QUESTPATH_VAULT_PATH": "secret/other"}, "cannot be read .InvalidPath."),
        ({}, {"QUESTPATH_VAULT_PATH": "secret"}, "QUESTPATH_VAULT_PATH is wrong"),
        ({}, {"QUESTPATH_VAULT_ADDRESS": "http://127.0.0.1:1"}, "cannot be read .ConnectionError."),
        ({}, {"QUESTPATH_VAULT_ADDRESS": "vault"}, "QUESTPATH_VAULT_ADDRESS must be an https address"),
        ({}, {"QUESTPATH_VAULT_TOKEN": ""}, "cannot be read"),
        ({"DATABASE_URL": "canary"}, {}, "DATABASE_URL must be a Postgres address"),
    ],
)
def test_what_cannot_be_used_stops_the_start_without_a_secret_in_the_sentence(
    monkeypatch: pytest.MonkeyPatch,
    vault: Vault,
    secrets: dict[str, Any],
    more: dict[str, str],
    sentence: str,
) -> None:
    vault.put(**secrets)
    set_all(monkeypatch, access(vault) | more)

    with pytest.raises(SettingsError, match=sentence) as refused:
        environment.read()

    assert "canary" not in str(refused.value)


def test_a_deleted_version_is_no_secret(monkeypatch: pytest.MonkeyPatch, vault: Vault) -> None:
    vault.put(QUESTPATH_SECRET=FIRST)
    vault.delete()
    set_all(monkeypatch, access(vault))

    with pytest.raises(SettingsError, match=r"cannot be read .InvalidPath."):
        environment.read()


def test_an_address_without_a_token_or_a_role_is_refused(
    monkeypatch: pytest.MonkeyPatch, vault: Vault
) -> None:
    monkeypatch.setenv("QUESTPATH_VAULT_ADDRESS", vault.url)

    with pytest.raises(SettingsError, match="QUESTPATH_VAULT_TOKEN"):
        environment.read()


def test_production_reads_secrets_only_over_https(monkeypatch: pytest.MonkeyPatch, vault: Vault) -> None:
    vault.put(QUESTPATH_SECRET=FIRST, DATABASE_URL=URL)
    set_all(monkeypatch, access(vault, QUESTPATH_ENV="production", QUESTPATH_HOSTS="api.example.org"))

    with pytest.raises(SettingsError, match="QUESTPATH_VAULT_ADDRESS must be an https address"):
        environment.read()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_new_secret_is_taken_up_without_a_restart(
    vault: Vault, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    vault.put(QUESTPATH_SECRET=FIRST, DATABASE_URL=database_url)
    variables = access(vault, REDIS_URL=redis_url, QUESTPATH_VAULT_CHECK_S="1", QUESTPATH_DRAIN_GRACE_S="0")
    with running_gateway(tmp_path, "--workers", "2", **variables) as gateway:
        keys = f"{gateway.url}/.well-known/jwks.json"
        (before,) = httpx.get(keys).json()["keys"]

        vault.put(QUESTPATH_SECRET=SECOND, QUESTPATH_PREVIOUS_SECRETS=FIRST, DATABASE_URL=database_url)
        deadline = time.monotonic() + 2 * PATIENCE_S
        while not gateway.has_logged('"rolled"') and time.monotonic() < deadline:
            time.sleep(0.05)
        after = httpx.get(keys).json()["keys"]

    assert gateway.has_logged('"secrets_changed"')
    assert [key["kid"] for key in after][1:] == [before["kid"]]
    assert not any("canary" in line for line in gateway.lines)


def test_each_new_version_is_noticed_once_also_after_vault_was_away(vault: Vault) -> None:
    vault.put(QUESTPATH_SECRET=FIRST)
    changes: queue.Queue[str] = queue.Queue()
    settings = VaultSettings(vault_address=vault.url, vault_token=SecretStr(TOKEN), vault_check_s=1)

    with vault_watch.watched(settings, lambda: changes.put("changed")):
        vault.wait_for_requests(1)
        vault.is_sealed = True
        vault.put(QUESTPATH_SECRET=SECOND)
        vault.wait_for_requests(2)
        assert changes.empty()
        vault.is_sealed = False
        noticed = changes.get(timeout=PATIENCE_S)
        vault.wait_for_requests(2)

    assert noticed == "changed"
    assert changes.empty()
