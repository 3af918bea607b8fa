"""CONTRIBUTING.md: every recipe names at most 13 files, and that of a mutation names exactly the files that it needs."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.layout import ROOT
from tests.support.recipes import postcards

PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
RECIPES = re.split(r"^### ", PAGE.partition("## Recipes")[2], flags=re.MULTILINE)[1:]
MUTATION = "A mutation with a table"
MOST_FILES = 13
COPIED = ("graph", "resolvers", "domain", "persistence", "gateway", "migrations", "tests", "docs", "content")
NOT_COPIED = ("__pycache__", "graphiql", "recipes", "test_contributing.py", "conformance", "browser", "e2e")
"""Left out of the copy: what no guard reads, and the scaffold, whose text would count as a test of its mutation."""


def files_of(title: str) -> list[str]:
    """Return the files that a recipe names, each once."""
    (recipe,) = (text for text in RECIPES if text.startswith(f"{title}\n"))
    return list(dict.fromkeys(re.findall(r"^\| `([^`]+)`", recipe, re.MULTILINE)))


class Checkout:
    """A copy of the checkout, which a recipe changes, and a process that checks it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COPIED:
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(*NOT_COPIED))
        for file in ("pyproject.toml", "schema.graphql", "CONTRIBUTING.md", "README.md"):
            shutil.copy(ROOT / file, folder)
        newest = max(path.name[:4] for path in (ROOT / "migrations/versions").glob("*.py"))
        self._numbers = {"newest": newest, "revision": f"{int(newest) + 1:04}"}
        self.environment = os.environ | {"PYTHONPATH": str(folder)}
        self._guards = subprocess.Popen(
            [sys.executable, ROOT / "tests/support/recipes/guards.py", postcards.NOUN],
            cwd=folder,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        self._guards.communicate()

    def changes(self) -> dict[str, str]:
        """Return the text of every file that the recipe writes or changes, by path."""
        new = {
            path.format(**self._numbers): text if "migrations" not in path else text.format(**self._numbers)
            for path, text in postcards.NEW_FILES.items()
        }
        edited = {
            path: change((ROOT / path).read_text("utf-8")) for path, change in postcards.EDITED_FILES.items()
        }
        return new | edited

    def write(self, path: str, text: str) -> None:
        (self.folder / path).write_text(text, "utf-8")

    def undo(self, path: str) -> None:
        """Put a file back as it is in the checkout, or remove it."""
        if (ROOT / path).exists():
            shutil.copy(ROOT / path, self.folder / path)
        else:
            (self.folder / path).unlink()

    def ask(self, command: str) -> str:
        """Run a command of the guards; return `kept` or the error."""
        assert self._guards.stdin is not None
        assert self._guards.stdout is not None
        self._guards.stdin.write(command + "\n")
        self._guards.stdin.flush()
        return self._guards.stdout.readline().strip()

    def run(self, *command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A copy of the checkout in which the recipe of a mutation has been followed."""
    copy = Checkout(tmp_path_factory.mktemp("checkout"))
    for path, text in copy.changes().items():
        copy.write(path, text)
    assert copy.ask("write") == "kept"
    yield copy
    copy.close()


@pytest.mark.parametrize("title", ["A field", MUTATION, "A question kind", "A rate limit"])
def test_a_recipe_names_at_most_thirteen_files(title: str) -> None:
    assert 3 < len(files_of(title)) <= MOST_FILES


@pytest.mark.slow
def test_the_recipe_of_a_mutation_names_the_files_that_are_written(checkout: Checkout) -> None:
    places = {"<area>": postcards.AREA, "<noun>": postcards.NOUN, "NNNN": checkout._numbers["revision"]}
    named = files_of(MUTATION)
    for placeholder, name in places.items():
        named = [path.replace(placeholder, name) for path in named]

    assert sorted(named) == sorted(checkout.changes())


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_recipe_of_a_mutation_is_complete(checkout: Checkout, server_url: str) -> None:
    assert checkout.ask("check") == "kept"

    linter = Path(sys.executable).with_name("lint-imports")
    contracts = checkout.run(linter, "--no-cache", "--no-logo")
    tests = checkout.run(
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow"),
        *("tests/graph/learning/test_postcards.py", "tests/persistence/test_migrations.py"),
        TEST_DATABASE_URL=server_url,
        PYTEST_XDIST_WORKER="recipe",
    )

    assert contracts.returncode == 0, contracts.stdout
    assert tests.returncode == 0, tests.stdout


@pytest.mark.slow
@pytest.mark.parametrize("path", [*postcards.NEW_FILES, *postcards.EDITED_FILES])
def test_every_file_of_the_recipe_is_needed(path: str, checkout: Checkout) -> None:
    path = path.format(**checkout._numbers)

    checkout.undo(path)
    answer = checkout.ask("check")
    checkout.write(path, checkout.changes()[path])

    assert answer != "kept"
