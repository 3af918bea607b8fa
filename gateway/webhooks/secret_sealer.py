"""Secret sealer: webhook secrets are encrypted in the database, by keys from the secrets of the settings."""

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from domain.errors import UnavailableError
from gateway.secrets_and_ids import derived
from gateway.settings.environment import Settings


class UnsealableError(UnavailableError):
    """A stored secret was sealed by a key that the settings no longer have."""


class SecretSealer:
    """Seals with the first key, and unseals with any."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])

    def seal(self, secret: str) -> bytes:
        """Return the encrypted secret."""
        return self._keys.encrypt(secret.encode())

    def unseal(self, sealed: bytes) -> str:
        """Return the secret; raises UnsealableError."""
        try:
            return self._keys.decrypt(sealed).decode()
        except InvalidToken:
            raise UnsealableError(
                "The secret of the endpoint was sealed by another QUESTPATH_SECRET; rotate it."
            ) from None


def sealer_of(settings: Settings) -> SecretSealer:
    """Return the sealer with the keys of the present secret and of the previous ones."""
    secrets = (settings.secret, *settings.previous_secrets)
    return SecretSealer([derived(secret.get_secret_value(), "webhook secrets") for secret in secrets])
