"""Upload links: the address to which the bytes of one upload go, signed and for an hour."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from domain.uploads.uploads import Upload

_LONGEST_NUMBER = 12


def path_of(upload: Upload, secret: bytes) -> str:
    """Return the path for PUT: the id, when it expires in Unix seconds, the size, and a signature over all three.

    The id is that of one owner's upload, so that the link sends bytes for this owner and nobody else.
    """
    expires = int(upload.expires_at.timestamp())
    signature = _signature(upload.id, expires, upload.size_bytes, secret)
    return f"/uploads/{upload.id}?expires={expires}&size={upload.size_bytes}&signature={signature}"


def is_signed(
    upload_id: str, expires: str, size: str, signature: str, *, secrets: Sequence[bytes], now: datetime
) -> bool:
    """Tell whether a link was signed with any of the secrets and has not expired."""
    if not (_is_number(expires) and _is_number(size)) or now.timestamp() >= int(expires):
        return False
    expected = [_signature(upload_id, int(expires), int(size), secret) for secret in secrets]
    return any(hmac.compare_digest(one.encode(), signature.encode()) for one in expected)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER


def _signature(upload_id: str, expires: int, size: int, secret: bytes) -> str:
    signed = f"upload\0{upload_id}\0{expires}\0{size}".encode()
    return hmac.new(secret, signed, hashlib.sha256).hexdigest()
