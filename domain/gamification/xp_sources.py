"""Source types of the XP ledger that other areas look entries up by."""

ATTEMPT = "attempt"
"""What a quiz attempt earned; the source id is its id."""
REGRADE = "regrade"
"""What a corrected key added to an attempt; the source id is the attempt, a slash, and the id of the version."""
