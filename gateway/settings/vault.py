"""Settings of HashiCorp Vault, which may keep the other secrets; OpenBao has the same interface."""

import importlib.util
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from gateway.settings.integrations import IntegrationError

EXAMPLES = {
    "QUESTPATH_VAULT_ADDRESS": "https://vault.example.org:8200",
    "QUESTPATH_VAULT_PATH": "secret/questpath",
    "QUESTPATH_VAULT_TOKEN": "a token that may read the path; or the role below",
    "QUESTPATH_VAULT_ROLE_ID": "the role_id of an AppRole",
    "QUESTPATH_VAULT_SECRET_ID": "a secret_id of that role",
    "QUESTPATH_VAULT_CHECK_S": "60",
}
"""A valid value of each setting."""


class VaultSettings(BaseSettings):
    """Where the secrets are, and how this process proves that it may read them."""

    vault_address: str | None = None
    """The address of Vault; without one, secrets are in the environment and in files."""
    vault_path: str = Field(default="secret/questpath", pattern=r"^[^/\s]+(/[^/\s]+)+$")
    """The mount of a key-value store of version 2, and the path in it; its keys are names of secret settings."""
    vault_token: SecretStr | None = None
    """A token that may read the path."""
    vault_role_id: str | None = None
    """An AppRole that may read the path, in place of a token."""
    vault_secret_id: SecretStr | None = None
    """The secret of that role."""
    vault_check_s: float = Field(default=60, ge=1, le=86_400)
    """Seconds between two looks of `serve --workers` for a new version, for which workers are replaced."""


def check(settings: VaultSettings, *, production: bool) -> None:
    """Check the settings of Vault; raises IntegrationError."""
    if settings.vault_address is None:
        return
    parts = urlsplit(settings.vault_address)
    if parts.scheme not in ({"https"} if production else {"http", "https"}) or not parts.hostname:
        raise IntegrationError("QUESTPATH_VAULT_ADDRESS", "must be an https address")
    if importlib.util.find_spec("hvac") is None:
        raise IntegrationError("QUESTPATH_VAULT_ADDRESS", "needs the extra `vault` (pip install hvac)")
    if settings.vault_token is None and (settings.vault_role_id is None or settings.vault_secret_id is None):
        raise IntegrationError("QUESTPATH_VAULT_TOKEN", "or both settings of a role must be set")
