"""systemd's unit files, read by the test: the commands of a unit and their environment, to be run by hand."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.servers.gateway import ROOT

FOLDER = ROOT / "deploy" / "systemd"


@dataclass(frozen=True)
class Unit:
    """The settings of a unit, each with all its values in the order of the file."""

    settings: dict[str, list[str]]

    def one(self, name: str) -> str:
        (value,) = self.settings[name]
        return value

    def commands(self, name: str) -> list[list[str]]:
        return [shlex.split(line) for line in self.settings.get(name, [])]

    def environment(self) -> dict[str, str]:
        """Return what the unit sets, and what the files that it names set."""
        found = dict(line.split("=", 1) for line in self.settings.get("Environment", []))
        for file in self.settings.get("EnvironmentFile", []):
            found |= variables(Path(file).read_text("utf-8"))
        return found


def variables(text: str) -> dict[str, str]:
    """Return the variables of an environment file, whose values may be quoted."""
    lines = [line.strip() for line in text.splitlines()]
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith(("#", ";")))
    return {name: value.strip('"') for name, value in pairs}


def replaced(text: str, places: Mapping[str, str]) -> str:
    """Return a file of deploy/ with the places of this test; each one must be in use."""
    for given, place in places.items():
        assert given in text, f"{given} is not in the file"
        text = text.replace(given, place)
    return text


def parsed(text: str) -> Unit:
    settings: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line and not line.startswith(("#", "[")):
            name, _, value = line.partition("=")
            settings.setdefault(name, []).append(value)
    return Unit(settings)
