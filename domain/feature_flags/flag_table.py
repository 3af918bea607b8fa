"""Flag table: every feature flag of the platform; each is read somewhere."""

from domain.feature_flags.flags import Flag

REGISTRATION = Flag(
    key="registration",
    description="New accounts can be made, with a password or with an identity provider.",
    default=True,
    is_per_user=False,
    refusal="New accounts cannot be made at present; try again later, or sign in if you have one.",
)
WEEKLY_DIGESTS = Flag(
    key="weekly_digests",
    description="Learners who asked for it get a digest by mail each Monday.",
    default=True,
    is_per_user=False,
    refusal="Digests are not sent at present.",
)
CONTENT_IMPORTS = Flag(
    key="content_imports",
    description="Authors can import roadmaps and questions from files.",
    default=True,
    is_per_user=True,
    refusal="Imports are switched off for you at present; try again later, or ask an operator.",
)
FLAGS = {flag.key: flag for flag in (REGISTRATION, WEEKLY_DIGESTS, CONTENT_IMPORTS)}
"""Every flag by its key."""
