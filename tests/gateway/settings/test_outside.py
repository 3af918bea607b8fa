"""Settings of the mail server and of Google: what is set by half, or unsafe in production, stops the start."""

import os
from pathlib import Path

import pytest

from gateway.accounts import mailing
from gateway.accounts.mailing import LogPostman, SmtpPostman
from gateway.settings import environment, outside
from gateway.settings.environment import SettingsError

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
    ("variables", "named"),
    [
        ({"QUESTPATH_SMTP_URL": "http://mail.example.org"}, "QUESTPATH_SMTP_URL"),
        ({"QUESTPATH_MAIL_FROM": "nobody"}, "QUESTPATH_MAIL_FROM"),
        ({"QUESTPATH_PUBLIC_URL": "app.example.org"}, "QUESTPATH_PUBLIC_URL"),
        (PRODUCTION | MAIL | {"QUESTPATH_PUBLIC_URL": "http://app.example.org"}, "QUESTPATH_PUBLIC_URL"),
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
def test_what_is_wrong_is_named_with_an_example(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        read(monkeypatch, **variables)

    assert str(refused.value).startswith(named)
    assert environment.EXAMPLES[named] in str(refused.value)


def test_the_examples_are_right(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [
        name
        for name in environment.EXAMPLES
        if name.startswith(("QUESTPATH_GOOGLE", "QUESTPATH_SMTP", "QUESTPATH_MAIL"))
    ]

    made = read(monkeypatch, **PRODUCTION, **MAIL | {name: environment.EXAMPLES[name] for name in names})

    agreed = outside.registration(made)
    assert agreed is not None
    assert agreed.issuer == "https://accounts.google.com"
    assert agreed.client_secret not in repr(agreed)


def test_mails_go_to_the_server_else_in_development_into_the_log_else_they_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    development = mailing.postman(read(monkeypatch))
    production = mailing.postman(read(monkeypatch, **PRODUCTION))
    with_server = mailing.postman(read(monkeypatch, **MAIL))

    assert isinstance(development, LogPostman)
    assert production is None
    assert isinstance(with_server, SmtpPostman)


def test_nothing_is_agreed_on_where_nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert outside.registration(read(monkeypatch)) is None


def test_redirect_addresses_are_kept_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    agreed = outside.registration(read(monkeypatch, **GOOGLE))

    assert agreed is not None
    assert agreed.redirect_uris == {"https://app.example.org/a", "org.example.app:/b"}
