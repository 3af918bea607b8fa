"""Settings of the mail server and of Google: incomplete ones, and unsafe ones in production, stop the start."""

import os
from pathlib import Path

import pytest

from gateway.mail import delivery
from gateway.mail.delivery import LogTransport, SmtpTransport
from gateway.settings import environment, integrations
from gateway.settings.environment import SettingsError
from tests.builders.mail import KEYS

PRODUCTION = {
    "QUESTPATH_ENV": "production",
    "QUESTPATH_SECRET": "x9" * 20,
    "DATABASE_URL": "postgresql://user@127.0.0.1/questpath",
    "QUESTPATH_HOSTS": "api.example.org",
}
MAIL = {
    "QUESTPATH_SMTP_URL": "smtps://mail.example.org",
    "QUESTPATH_MAIL_FROM": "QuestPath <no-reply@example.org>",
    "QUESTPATH_PUBLIC_URL": "https://app.example.org",
}
GOOGLE = {
    "QUESTPATH_GOOGLE_CLIENT_ID": "client",
    "QUESTPATH_GOOGLE_CLIENT_SECRET": "secret",
    "QUESTPATH_GOOGLE_REDIRECT_URIS": "https://app.example.org/a, org.example.app:/b",
}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith("QUESTPATH_") or name in {"DATABASE_URL", "REDIS_URL"}:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> environment.Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return environment.read()


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        ({}, "http://localhost:8000"),
        ({"QUESTPATH_PORT": "8123"}, "http://localhost:8123"),
        (
            {"QUESTPATH_PORT": "8123", "QUESTPATH_PUBLIC_URL": "http://localhost:3000"},
            "http://localhost:3000",
        ),
    ],
)
def test_links_lead_to_the_port_of_the_gateway_unless_they_lead_elsewhere(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], address: str
) -> None:
    assert read(monkeypatch, **variables).public_url == address


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"QUESTPATH_SMTP_URL": "http://mail.example.org"}, "QUESTPATH_SMTP_URL"),
        ({"QUESTPATH_MAIL_FROM": "nobody"}, "QUESTPATH_MAIL_FROM"),
        ({"QUESTPATH_PUBLIC_URL": "app.example.org"}, "QUESTPATH_PUBLIC_URL"),
        (PRODUCTION | MAIL | {"QUESTPATH_PUBLIC_URL": "http://app.example.org"}, "QUESTPATH_PUBLIC_URL"),
        ({"QUESTPATH_API_URL": "api.example.org"}, "QUESTPATH_API_URL"),
        (PRODUCTION | MAIL | {"QUESTPATH_API_URL": "http://api.example.org"}, "QUESTPATH_API_URL"),
        (
            PRODUCTION | MAIL | {"QUESTPATH_MAIL_FROM": "QuestPath <no-reply@localhost>"},
            "QUESTPATH_MAIL_FROM",
        ),
        ({"QUESTPATH_GOOGLE_CLIENT_ID": "client"}, "QUESTPATH_GOOGLE_CLIENT_SECRET"),
        (GOOGLE | {"QUESTPATH_GOOGLE_REDIRECT_URIS": ""}, "QUESTPATH_GOOGLE_REDIRECT_URIS"),
        (GOOGLE | {"QUESTPATH_GOOGLE_REDIRECT_URIS": "https://*.org/a"}, "QUESTPATH_GOOGLE_REDIRECT_URIS"),
        (GOOGLE | {"QUESTPATH_GOOGLE_REDIRECT_URIS": "/relative"}, "QUESTPATH_GOOGLE_REDIRECT_URIS"),
        ({"QUESTPATH_GOOGLE_ISSUER": "http://accounts.example.org"}, "QUESTPATH_GOOGLE_ISSUER"),
        (PRODUCTION | {"QUESTPATH_GOOGLE_ISSUER": "http://127.0.0.1:9"}, "QUESTPATH_GOOGLE_ISSUER"),
    ],
)
def test_a_wrong_setting_is_named_with_an_example(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        read(monkeypatch, **variables)

    assert str(refused.value).startswith(named)
    assert environment.EXAMPLES[named] in str(refused.value)


def test_the_examples_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [
        name
        for name in environment.EXAMPLES
        if name.startswith(("QUESTPATH_GOOGLE", "QUESTPATH_SMTP", "QUESTPATH_MAIL"))
        and not name.startswith("QUESTPATH_MAIL_EVENTS")  # its example says how to make one
    ]

    settings = read(monkeypatch, **PRODUCTION, **MAIL | {name: environment.EXAMPLES[name] for name in names})

    registration = integrations.registration(settings)
    assert registration is not None
    assert registration.issuer == "https://accounts.google.com"
    assert registration.client_secret not in repr(registration)


def test_mails_go_to_the_server_or_in_development_to_the_log_or_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    development = delivery.transport_of(read(monkeypatch), KEYS)
    production = delivery.transport_of(read(monkeypatch, **PRODUCTION), KEYS)
    with_server = delivery.transport_of(read(monkeypatch, **MAIL), KEYS)

    assert isinstance(development, LogTransport)
    assert production is None
    assert isinstance(with_server, SmtpTransport)


def test_without_settings_there_is_no_registration(monkeypatch: pytest.MonkeyPatch) -> None:
    assert integrations.registration(read(monkeypatch)) is None


def test_redirect_addresses_are_not_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    registration = integrations.registration(read(monkeypatch, **GOOGLE))

    assert registration is not None
    assert registration.redirect_uris == {"https://app.example.org/a", "org.example.app:/b"}
