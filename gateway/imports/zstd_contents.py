"""Contents packed with zstd, as newer packages of Anki hold them, unpacked to a bound."""

import sys

from domain.imports.guards.harm import HarmfulFileError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def unpacked(content: bytes, largest: int) -> bytes:
    """Return the content unpacked; raises HarmfulFileError for what is not zstd, or larger than `largest` bytes."""
    reading = zstd.ZstdDecompressor()
    try:
        whole = reading.decompress(content, max_length=largest + 1)
    except zstd.ZstdError:
        raise HarmfulFileError("A file of the package cannot be unpacked; export the deck again.") from None
    if len(whole) > largest:
        raise HarmfulFileError(f"A file of the package is larger than {largest:,} bytes.")
    if not reading.eof:
        raise HarmfulFileError("A file of the package is not whole; export the deck again.")
    return whole
