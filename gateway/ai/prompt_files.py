"""Prompt files: `content/prompts/<name>/v<N>.md`, read and checked at the start.

A file has three parts, with a line `---` between them: which placeholders it has (`values: a, b` for those of the
platform, `quoted: c` for texts of users), what the model is to do, and what it is asked.
"""

import re
from functools import cache
from pathlib import Path

from domain.ai import prompts
from domain.ai.prompts import Prompt, Prompts

FOLDER = Path(__file__).parent.parent.parent / "content" / "prompts"
_FILE = re.compile(r"v([1-9][0-9]*)\.md")
_BREAK = re.compile(r"^---$", re.MULTILINE)


@cache
def shipped() -> Prompts:
    """Return the newest version of each prompt of the platform; raises ValueError that names a file with a fault."""
    return newest(FOLDER)


def newest(folder: Path) -> Prompts:
    """Read all prompts of a folder and return the newest version of each; raises ValueError that names the file."""
    found: dict[str, Prompt] = {}
    for path in sorted(folder.glob("*/*")):
        try:
            prompt = _read(path)
        except ValueError as error:
            raise ValueError(f"{path.parent.name}/{path.name}: {error}") from error
        if prompt.name not in found or found[prompt.name].version < prompt.version:
            found[prompt.name] = prompt
    return found


def _read(path: Path) -> Prompt:
    version = _FILE.fullmatch(path.name)
    if version is None:
        raise ValueError("a prompt is a file v<N>.md in the folder of its name")
    parts = [part.strip() for part in _BREAK.split(path.read_text("utf-8"), maxsplit=2)]
    if len(parts) != len(("placeholders", "system", "request")) or not all(parts[1:]):
        raise ValueError("a prompt has placeholders, instructions and a request, with lines --- between them")
    names = _names(parts[0])
    return prompts.checked(
        Prompt(
            name=path.parent.name,
            version=int(version[1]),
            system=parts[1],
            request=parts[2],
            values=names.get("values", frozenset()),
            quoted=names.get("quoted", frozenset()),
        )
    )


def _names(header: str) -> dict[str, frozenset[str]]:
    """Return the declared placeholders by their kind."""
    found: dict[str, frozenset[str]] = {}
    for line in header.splitlines():
        kind, _, names = line.partition(":")
        if kind not in {"values", "quoted"} or kind in found:
            raise ValueError("placeholders are declared as one line of values: and one of quoted:")
        found[kind] = frozenset(name.strip() for name in names.split(",") if name.strip())
    return found
