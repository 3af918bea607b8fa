"""Preparation prices: work before an operation can be charged, in microseconds of CPU by estimate.

The figures are those of the dearest documents and bodies that are known, on one core of 2024. They need not be exact:
a caller who sends the same few documents again and again pays next to nothing in any case.
"""

MILLISECOND = 1_000
REFUSAL = MILLISECOND
"""Refusing a request that was not charged, whatever is wrong with it."""
KEY_LOOKUP = 5 * MILLISECOND
"""Looking up an API key that this process does not know, the statement in Postgres included."""
UNKNOWN_HASH = 500
"""Looking up the hash of a document that nobody registered."""
SIGNATURE = 500
"""Checking the signature of a link."""
EXPORT = 100 * MILLISECOND
"""Reading and writing everything about an account."""
UNSUBSCRIBING = 5 * MILLISECOND
"""Ending mails by their link, the transaction in Postgres included."""
CLICK = 2 * MILLISECOND
"""Noting a click, the transaction in Postgres included."""
CERTIFICATE = 5 * MILLISECOND
"""Reading a certificate, and showing or signing it."""
REVOCATIONS = 20 * MILLISECOND
"""Reading and signing a list of revoked certificates."""
PRINTOUT = 5 * MILLISECOND
"""Reading a printout, and sending its file."""
INTROSPECTION = 50 * MILLISECOND
"""Reading the whole schema."""
_REQUEST, _PLAN = 1_000, 500
_OF_A_CHARACTER = 3
_BYTES_A_MICROSECOND = 250
_VALUES_A_MICROSECOND = 2


def of_document(characters: int) -> int:
    """Return the price of parsing, validating and analysing a document."""
    return _REQUEST + characters * _OF_A_CHARACTER


def of_plan(characters: int) -> int:
    """Return the price of compiling an operation of a document."""
    return _PLAN + characters * _OF_A_CHARACTER


def of_bytes(size: int) -> int:
    """Return the price of decompressing so many bytes."""
    return size // _BYTES_A_MICROSECOND


def of_json(size: int, values: int) -> int:
    """Return the price of reading JSON with so many values, however they are nested."""
    return size // _BYTES_A_MICROSECOND + values // _VALUES_A_MICROSECOND
