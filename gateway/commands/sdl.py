"""Command `schema`: prints the SDL."""

import argparse
import sys

from gateway.settings.environment import Settings
from graph import schema


def print_schema(_settings: Settings, _arguments: argparse.Namespace) -> int:
    """Print the SDL."""
    sys.stdout.write(schema.sdl())
    return 0
