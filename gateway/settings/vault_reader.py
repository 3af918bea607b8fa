"""Reader of Vault: signs in, and reads the newest version of the secrets. Needs the extra `vault`."""

import hvac
import requests
from hvac.exceptions import VaultError

from gateway.settings.secret_files import SecretError
from gateway.settings.vault import VaultSettings

_TIMEOUT_S = 5


def read(settings: VaultSettings) -> tuple[int, dict[str, object]]:
    """Return the number of the newest version and what it holds; raises SecretError, which quotes no secret."""
    mount, _, path = settings.vault_path.partition("/")
    try:
        client = _client(settings)
        found = client.secrets.kv.v2.read_secret_version(
            path=path, mount_point=mount, raise_on_deleted_version=True
        )
        content = found["data"]
        return int(content["metadata"]["version"]), dict(content["data"])
    except (VaultError, requests.RequestException, KeyError, TypeError, ValueError) as error:
        raise SecretError(
            f"QUESTPATH_VAULT_PATH cannot be read ({type(error).__name__}); check the address, the path and the policy."
        ) from None


def _client(settings: VaultSettings) -> hvac.Client:
    """Return a client that is signed in; nothing is taken from Vault's own variables and files."""
    token = settings.vault_token.get_secret_value() if settings.vault_token is not None else ""
    client = hvac.Client(
        url=settings.vault_address, token=token, timeout=_TIMEOUT_S, allow_redirects=False, namespace=""
    )
    if settings.vault_token is None and settings.vault_secret_id is not None:
        secret_id = settings.vault_secret_id.get_secret_value()
        client.auth.approle.login(role_id=settings.vault_role_id, secret_id=secret_id)
    return client
