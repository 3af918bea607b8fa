"""Secrets from files: each secret setting is also read from the file that its name with `_FILE` names."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource

SUFFIX = "_FILE"
_LONGEST = 64 * 1024
_PREFIX = "QUESTPATH_"


class SecretError(Exception):
    """A secret cannot be read from where it is kept; the message is one sentence with the name of the setting."""


class SecretFiles(PydanticBaseSettingsSource):
    """Source of secret settings: files whose paths are in the environment or in `.env`.

    An environment variable is inherited by every process that this one starts, and shown by tools that inspect
    processes; a file has an owner and a mode. systemd, Docker and Kubernetes hand secrets over as files.
    """

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return the value of one secret, the key under which it is set, and that it is not JSON."""
        given = _given(self.settings_cls)
        name = variable(field_name, field)
        path = given.get(name + SUFFIX)
        if not path or not is_secret(field):
            return None, field_name, False
        if given.get(name):
            raise SecretError(f"{name} and {name}{SUFFIX} are both set; set one of them.")
        content = _content(name, path, may_be_empty=field.default in ([], {}))
        return content, name if field.validation_alias else field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return the secrets that files hold; raises SecretError for a file that cannot be read."""
        found = {}
        for field_name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, field_name)
            if value is not None:
                found[key] = value
        return found


class SecretFileSettings(BaseSettings):
    """Settings whose secrets may be in files."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments first, then the environment, `.env`, and the files of secrets."""
        return init_settings, env_settings, dotenv_settings, SecretFiles(settings_cls), file_secret_settings


def is_secret(field: FieldInfo) -> bool:
    """Tell whether a setting is a secret: its type is SecretStr, or a list, a dictionary or an option of it."""
    return SecretStr.__name__ in repr(field.annotation)


def variable(field_name: str, field: FieldInfo) -> str:
    """Return the name of the environment variable of a setting."""
    alias = field.validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else f"{_PREFIX}{field_name.upper()}"


def _given(settings: type[BaseSettings]) -> Mapping[str, str]:
    """Return what is set, under names in capitals; the environment wins over `.env`."""
    in_file = DotEnvSettingsSource(settings).env_vars
    merged = {name.upper(): value or "" for name, value in in_file.items()}
    return merged | {name.upper(): value for name, value in os.environ.items()}


def _content(name: str, path: str, *, may_be_empty: bool) -> str:
    """Return what a file holds, without the end of its last line; only a list or a dictionary may be empty."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(_LONGEST + 1).decode().removesuffix("\n").removesuffix("\r")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise SecretError(f"{name}{SUFFIX} names a file that cannot be read ({reason}).") from None
    if (not content and not may_be_empty) or len(content) > _LONGEST:
        raise SecretError(f"{name}{SUFFIX} names a file that is empty or larger than {_LONGEST} bytes.")
    return content
