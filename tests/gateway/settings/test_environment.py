"""Settings: a wrong one is reported in one sentence with its name, and ends the command with exit code 2."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.settings import environment, unknown_names
from gateway.settings.environment import SettingsError
from persistence.connection_settings import Address

STRONG = "x9" * 20
URL = "postgresql://user@127.0.0.1/questpath"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        databases = {"DATABASE_URL", "DATABASE_DIRECT_URL", "DATABASE_REPLICA_URLS"}
        if name.startswith("QUESTPATH_") or name in databases | {"REDIS_URL"}:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUESTPATH_ENV", "staging"),
        ("QUESTPATH_PORT", "eighty"),
        ("QUESTPATH_PORT", "70000"),
        ("QUESTPATH_POOL", "0"),
        ("QUESTPATH_POOL_USUAL", "0"),
        ("QUESTPATH_CONNECTION_LIFE_S", "1"),
        ("QUESTPATH_CONNECTION_CHECK_S", "0"),
        ("QUESTPATH_PREPARED_STATEMENTS", "sometimes"),
        ("DATABASE_DIRECT_URL", "mysql://db/questpath"),
        ("DATABASE_URL", "postgresql://one:5432,two:port/questpath"),
        ("QUESTPATH_POOL_SHARE", "0"),
        ("QUESTPATH_POOL_SHARE", "1.5"),
        ("QUESTPATH_LOCK_WAIT_S", "0"),
        ("QUESTPATH_LOCK_WAIT_S", "5"),
        ("QUESTPATH_LOG", "xml"),
        ("QUESTPATH_CHAOS", "latency:50"),
        ("QUESTPATH_CHAOS", "errors:2"),
        ("QUESTPATH_CHAOS", "redis:slow"),
        ("QUESTPATH_SHED_LEAST", "0"),
        ("QUESTPATH_TRUSTED_PROXIES", "10.0.0.0/8, everyone"),
        ("QUESTPATH_TRUSTED_PROXIES", "10.1.2.3/8"),
        ("QUESTPATH_ENGINE", "fast"),
        ("QUESTPATH_RATE_READS", "0"),
        ("QUESTPATH_RATE_COST_RESTORE", "much"),
        ("QUESTPATH_RATE_FACTORS", "TEACHER:2"),
        ("QUESTPATH_RATE_FACTORS", "ADMIN"),
        ("QUESTPATH_RATE_FACTORS", "ADMIN:0"),
        ("DATABASE_URL", "mysql://db/questpath"),
        ("REDIS_URL", "http://redis"),
        ("DATABASE_URL", "postgresql://user:pa[ss@127.0.0.1/x"),
        ("DATABASE_URL", "postgresql://127.0.0.1:port/x"),
        ("REDIS_URL", "redis://user:pa[ss@127.0.0.1/0"),
        ("DATABASE_REPLICA_URLS", "postgresql://a/questpath,mysql://b/questpath"),
        ("DATABASE_REPLICA_URLS", "postgresql://a,b/questpath"),
        ("DATABASE_REPLICA_URLS", "postgresql://a/questpath,postgresql://user@a:5432/questpath"),
        ("DATABASE_REPLICA_URLS", "postgresql:///questpath"),
        ("QUESTPATH_REPLICA_LATE_S", "0"),
        ("QUESTPATH_REPLICA_LATE_S", "61"),
        ("QUESTPATH_HOSTS", "http://localhost:8234"),
        ("QUESTPATH_ORIGINS", "canary"),
        ("QUESTPATH_TRUSTED_PROXIES", "canary"),
    ],
)
def test_a_wrong_setting_is_named_with_an_example(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as refused:
        environment.read()

    assert name in str(refused.value)
    assert environment.EXAMPLES[name] in str(refused.value)
    assert "canary" not in str(refused.value)
    assert "pa[ss" not in str(refused.value)


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({}, "QUESTPATH_SECRET"),
        ({"QUESTPATH_SECRET": "short"}, "QUESTPATH_SECRET"),
        ({"QUESTPATH_SECRET": STRONG}, "DATABASE_URL"),
        ({"QUESTPATH_SECRET": STRONG, "DATABASE_URL": URL}, "QUESTPATH_HOSTS"),
        ({"QUESTPATH_SECRET": STRONG, "QUESTPATH_PREVIOUS_SECRETS": "short"}, "QUESTPATH_PREVIOUS_SECRETS"),
    ],
)
def test_production_refuses_development_settings(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], named: str
) -> None:
    for name, value in ({"QUESTPATH_ENV": "production"} | variables).items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=named):
        environment.read()


def test_production_starts_with_a_secret_and_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "QUESTPATH_ENV": "production",
        "QUESTPATH_SECRET": STRONG,
        "DATABASE_URL": URL,
        "QUESTPATH_HOSTS": "api.example.org",
    }.items():
        monkeypatch.setenv(name, value)

    assert environment.read().production


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("QUESTPATH_POOOL", "QUESTPATH_POOOL is no setting; did you mean QUESTPATH_POOL?"),
        ("questpath_hots", "QUESTPATH_HOTS is no setting; did you mean QUESTPATH_HOSTS?"),
        ("QUESTPATH_", "QUESTPATH_ is no setting; see .env.example."),
        ("QUESTPATH_DATABASE_URL", "QUESTPATH_DATABASE_URL is no setting"),
    ],
)
@pytest.mark.parametrize("in_file", [False, True])
def test_an_unknown_setting_is_refused_without_its_value(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, sentence: str, in_file: bool
) -> None:
    if in_file:
        (tmp_path / ".env").write_text(f"QUESTPATH_LOG=text\n{name}=canary-7f3a\n")
    else:
        monkeypatch.setenv(name, "canary-7f3a")

    with pytest.raises(SettingsError) as refused:
        environment.read()

    assert sentence in str(refused.value)
    assert "canary" not in str(refused.value)


def test_every_setting_of_the_example_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in environment.EXAMPLES:
        if name.startswith("QUESTPATH_"):
            monkeypatch.setenv(name, "")

    assert unknown_names.first(environment.Settings) is None


def test_an_address_of_postgres_may_name_several_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    several = "postgresql://user:word@one:5432,two:5433,[::1]/questpath?target_session_attrs=read-write"
    monkeypatch.setenv("DATABASE_URL", several)

    assert environment.read().pool_address(several) == Address(several)


def test_pools_connect_to_the_pooler_where_there_is_a_direct_address_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{URL}_pooled")
    monkeypatch.setenv("DATABASE_DIRECT_URL", URL)
    monkeypatch.setenv("QUESTPATH_PREPARED_STATEMENTS", "off")

    assert environment.read().pool_address(URL) == Address(f"{URL}_pooled", is_pooler=True, prepares=False)


def test_a_direct_address_alone_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_DIRECT_URL", URL)

    with pytest.raises(SettingsError, match="DATABASE_URL must be set beside DATABASE_DIRECT_URL"):
        environment.read()


def test_origins_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUESTPATH_ORIGINS", "https://a.example, https://b.example")

    assert environment.read().origins == ["https://a.example", "https://b.example"]


@pytest.mark.parametrize(
    ("text", "names"), [("", set()), ("*", set()), ("API.example.org, ::1", {b"api.example.org", b"::1"})]
)
def test_hosts_are_names_or_a_star_for_any(
    monkeypatch: pytest.MonkeyPatch, text: str, names: set[bytes]
) -> None:
    monkeypatch.setenv("QUESTPATH_HOSTS", text)

    assert environment.read().bounds.hosts == names


def test_rates_have_defaults_that_the_environment_overrides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUESTPATH_RATE_WRITES", "7")
    monkeypatch.setenv("QUESTPATH_RATE_FACTORS", "AUTHOR:2, KEY:3")

    figures = environment.read().rate_figures

    assert (figures.reads, figures.writes) == (100, 7)
    assert figures.factors == {"AUTHOR": 2, "KEY": 3}


def test_previous_secrets_and_trusted_proxies_are_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUESTPATH_PREVIOUS_SECRETS", "one, two")
    monkeypatch.setenv("QUESTPATH_TRUSTED_PROXIES", "10.0.0.0/8,fd00::/8")

    found = environment.read()

    assert [secret.get_secret_value() for secret in found.previous_secrets] == ["one", "two"]
    assert found.trusted_proxies == ["10.0.0.0/8", "fd00::/8"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({"QUESTPATH_PORT": "none"}, "QUESTPATH_PORT"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "DATABASE_URL"),
    ],
)
def test_serve_fails_in_one_sentence(variables: dict[str, str], name: str) -> None:
    failed = _serve(variables)

    assert failed.returncode == 2
    assert name in failed.stderr
    assert failed.stderr.count("\n") == 1
    assert "Traceback" not in failed.stderr


@pytest.mark.slow
def test_a_taken_port_is_reported_before_anything_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        failed = _serve({"QUESTPATH_PORT": str(taken.getsockname()[1])})

    assert failed.returncode == 2
    assert "QUESTPATH_PORT" in failed.stderr
    assert not Path(".data").exists()


def _serve(variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gateway.cli", "serve"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(environment.__file__).parent.parent.parent)}
        | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
