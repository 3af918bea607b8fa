"""Settings of language models: what does not fit together stops the start, and no key is quoted."""

import importlib.util
import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from domain.accounts.users import Role
from domain.ai.requests import Purpose
from gateway.settings import environment
from gateway.settings.environment import SettingsError

MODEL = {"name": "small", "provider": "main", "input": 0.25, "output": 2, "context": 128_000}
GOOD = {
    "QUESTPATH_AI_PROVIDERS": "main=openai+https://api.example.org/v1, own=openai+http://127.0.0.1:8080/v1",
    "QUESTPATH_AI_KEYS": "main=a-key-with=signs",
    "QUESTPATH_AI_MODELS": json.dumps(
        [MODEL | {"purposes": ["CHAT"]}, MODEL | {"name": "x", "provider": "own"}]
    ),
}
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


def read(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> environment.Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return environment.read()


def test_without_settings_the_offline_author_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, {})

    assert [model.provider for model in settings.offered_models] == ["offline"]
    assert settings.ai_quotas.per_minute == 10


def test_providers_keys_models_and_quotas_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, PRODUCTION | GOOD | {"QUESTPATH_AI_REQUESTS": "LEARNER:1,AUTHOR:2"})

    small, own = settings.offered_models
    assert (small.price_in, small.purposes, own.provider) == (Decimal("0.25"), [Purpose.CHAT], "own")
    assert settings.ai_keys["main"].get_secret_value() == "a-key-with=signs"
    assert "a-key-with" not in repr(settings)
    assert settings.ai_quotas.of(frozenset({Role.AUTHOR})).requests == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUESTPATH_AI_PROVIDERS", "main=https://api.example.org"),
        ("QUESTPATH_AI_PROVIDERS", "main=other+https://api.example.org"),
        ("QUESTPATH_AI_PROVIDERS", "offline=openai+https://api.example.org"),
        ("QUESTPATH_AI_PROVIDERS", "main=openai+http://10.0.0.7/v1,own=openai+https://x.example.org"),
        ("QUESTPATH_AI_KEYS", "another=secret-of-a-test"),
        ("QUESTPATH_AI_MODELS", "no JSON"),
        ("QUESTPATH_AI_MODELS", ""),
        ("QUESTPATH_AI_MODELS", json.dumps([MODEL, MODEL])),
        ("QUESTPATH_AI_MODELS", json.dumps([MODEL | {"provider": "nowhere"}])),
        ("QUESTPATH_AI_MODELS", json.dumps([MODEL | {"input": -1}])),
        ("QUESTPATH_AI_MODELS", json.dumps([MODEL | {"price": 1}])),
        ("QUESTPATH_AI_MODELS", json.dumps([MODEL | {"purposes": ["SONG"]}])),
        ("QUESTPATH_AI_REQUESTS", "AUTHOR:5"),
        ("QUESTPATH_AI_TOKENS", "LEARNER:-5"),
        ("QUESTPATH_AI_TOKENS", "GUEST:5"),
        ("QUESTPATH_AI_PER_MINUTE", "0"),
    ],
)
def test_what_cannot_work_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read(monkeypatch, PRODUCTION | GOOD | {name: value})

    assert str(refused.value).startswith(name)
    assert "secret-of-a-test" not in str(refused.value)


def test_missing_packages_are_told_before_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(SettingsError, match=r"docs/operators/ai\.md"):
        read(monkeypatch, GOOD)
