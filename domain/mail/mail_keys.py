"""Mail keys: digests of addresses, and signatures of what leaves with a mail and comes back.

A digest finds an address again without telling it; who has neither the key nor a guess learns nothing from one.
"""

import base64
import hashlib
import hmac

from domain.entities import entity

_SIGNATURE_BYTES = 15


@entity
class MailKeys:
    """The key that digests and signs, and earlier ones, which still find what they digested or signed."""

    present: bytes
    previous: tuple[bytes, ...] = ()

    def digest(self, address: str) -> str:
        """Return the digest of an address in its stored spelling."""
        return _digest(self.present, address)

    def digests(self, address: str) -> list[str]:
        """Return the digests that any of the keys makes of an address."""
        return [_digest(key, address) for key in (self.present, *self.previous)]

    def signature(self, purpose: str, text: str) -> str:
        """Return 24 letters and digits, which stay valid where upper case is lost, as in addresses."""
        return _signature(self.present, purpose, text)

    def is_signature(self, given: str, purpose: str, text: str) -> bool:
        """Tell whether any of the keys signed the text for the purpose."""
        expected = [_signature(key, purpose, text) for key in (self.present, *self.previous)]
        return any(hmac.compare_digest(one.encode(), given.lower().encode()) for one in expected)


def _digest(key: bytes, address: str) -> str:
    return hmac.new(key, f"address\0{address}".encode(), hashlib.sha256).hexdigest()


def _signature(key: bytes, purpose: str, text: str) -> str:
    signed = hmac.new(key, f"{purpose}\0{text}".encode(), hashlib.sha256).digest()
    return base64.b32encode(signed[:_SIGNATURE_BYTES]).decode().lower()
