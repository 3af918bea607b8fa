"""The layout of the product: its layers, and the areas in their order."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LAYERS = ("gateway", "graph", "resolvers", "domain", "persistence")
LAYERS_OF_AREAS = ("graph", "resolvers", "domain", "persistence")
ORDER = (
    ("campaigns",),
    ("search",),
    ("printouts",),
    ("offline",),
    ("generation",),
    ("spaced_review",),
    ("bookmarks", "quality", "study"),
    ("threads",),
    ("chats",),
    ("topics",),
    ("assessment", "imports", "privacy"),
    ("certificates",),
    ("analytics", "authoring", "learning"),
    ("authentication", "content", "gamification", "rate_limits"),
    ("webhooks", "workflows"),
    ("mail", "uploads"),
    ("ai",),
    ("feature_flags", "jobs", "media"),
    ("accounts", "documents", "service_status"),
)
"""The areas, highest first: each imports those of the rows below it, and none of its own row."""
AREAS = frozenset(area for row in ORDER for area in row)
OTHER_FOLDERS = {
    "graph": {"engine": "the compiled executor", "execution": "the runtime around both executors"},
    "resolvers": {"live": "subscriptions of leaderboards, which all transports share"},
    "persistence": {
        "tables": "the ground of the stores",
        "monitoring": "figures of all areas for operators",
        "pooling": "ages and idleness of the connections of the pool",
        "replicas": "which server a read goes to, for the stores of all areas",
    },
}
"""The folders of a layer that are no area, with the reason."""


INSTALLED = {".venv", "node_modules"}
"""Folders in which `make conformance` and `make bench` install packages."""


def modules(*packages: str) -> Iterator[Path]:
    """Yield the paths of all modules of some packages, relative to the checkout, installed packages left out."""
    for package in packages or LAYERS:
        for path in sorted((ROOT / package).rglob("*.py")):
            if INSTALLED.isdisjoint(path.parts):
                yield path.relative_to(ROOT)


def folders(layer: str) -> set[str]:
    """Return the names of a layer's packages."""
    return {path.parent.name for path in (ROOT / layer).glob("*/__init__.py")}


def packages_of_the_wheel() -> set[str]:
    """Return the top-level names that the wheel installs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
