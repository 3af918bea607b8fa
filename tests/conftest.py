"""What pytest does before the first test: load the fixtures, and spare the garbage collector what is there by then."""

import gc
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("random", deadline=None, print_blob=True)
settings.load_profile("repeatable")

LONGEST = ("e2e", "gateway", "contract", "assessment")
"""The folders whose tests start processes, or walk the whole schema again and again, longest first."""

_NEED_DEBIAN = Path(__file__).parent / "deployment"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the tests that need Debian's programs, unless they are named: `make test` needs Python only."""
    is_named = any("deployment" in argument for argument in config.args)
    return True if collection_path == _NEED_DEBIAN and not is_named else None


def pytest_configure(config: pytest.Config) -> None:
    """Load the fixtures, except where pytest-xdist only hands tests to workers: their imports take seconds."""
    if config.getoption("dist", "no") == "no" or config.getoption("collectonly"):
        config.pluginmanager.import_plugin("tests.support.fixtures")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest tests, so that the last ones are short and all workers end together."""
    items.sort(key=lambda item: [folder not in item.path.parts for folder in LONGEST])


def pytest_collection_finish() -> None:
    """Freeze what was imported and collected: a full collection costs a tenth of a second without it."""
    gc.collect()
    gc.freeze()
