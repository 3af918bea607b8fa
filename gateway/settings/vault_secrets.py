"""Secrets from Vault: a source of settings below the environment and the files of secrets."""

import importlib
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from gateway.settings import vault
from gateway.settings.secret_files import SecretError, SecretFileSettings, is_secret, variable
from gateway.settings.vault import VaultSettings

_READER = "gateway.settings.vault_reader"
"""Named as text: it imports the client, which only those have who installed the extra."""


class VaultAccess(VaultSettings, SecretFileSettings):
    """The settings of Vault alone, which have to be known before the others are read."""

    model_config = SettingsConfigDict(env_prefix="QUESTPATH_", env_file=".env", extra="ignore")


class VaultSecrets(PydanticBaseSettingsSource):
    """Source of secret settings: the keys of one path in Vault, which are named as environment variables are."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return nothing: all settings are read at once."""
        return None, variable(field_name, field), False

    def __call__(self) -> dict[str, Any]:
        """Return the secrets that Vault holds; raises SecretError."""
        access = VaultAccess()
        if access.vault_address is None:
            return {}
        vault.check(access, production=False)  # the strict profile is checked with all other settings
        _, content = read(access)
        fields = self.settings_cls.model_fields.items()
        keys = {
            variable(name, field): variable(name, field) if field.validation_alias else name
            for name, field in fields
            if is_secret(field) and name not in VaultSettings.model_fields
        }
        for name, value in content.items():
            if name not in keys or not isinstance(value, str):
                raise SecretError(
                    f"QUESTPATH_VAULT_PATH holds {name}, which is no secret setting with a text."
                )
        return {keys[name]: value for name, value in content.items()}


class KeptSecretSettings(SecretFileSettings):
    """Settings whose secrets may be in files or in Vault."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], *sources: PydanticBaseSettingsSource, **named: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read Vault last."""
        found = super().settings_customise_sources(settings_cls, *sources, **named)
        return *found, VaultSecrets(settings_cls)


def read(access: VaultSettings) -> tuple[int, dict[str, object]]:
    """Return the number of the newest version of the secrets, and what it holds; raises SecretError."""
    found: tuple[int, dict[str, object]] = importlib.import_module(_READER).read(access)
    return found
