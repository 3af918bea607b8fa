"""Version of QuestPath that is installed."""

from functools import cache
from importlib import metadata


@cache
def installed() -> str:
    """Return the version of the installed package."""
    return metadata.version("questpath")
