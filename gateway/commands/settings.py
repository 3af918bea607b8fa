"""Command `settings check`: the settings are read, and the first wrong one is named."""

import argparse

from gateway.settings.environment import Settings


def check(settings: Settings, _arguments: argparse.Namespace) -> int:
    """Say that the settings can be used; a wrong one has ended the command before, with exit code 2."""
    print(f"The settings are right, for {settings.env.value}.")
    return 0
