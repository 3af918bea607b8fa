"""Import contracts: the checkout keeps them, and a planted import against any of them breaks it."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.layout import AREAS, LAYERS, ORDER, ROOT, folders

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
PLANTED = {
    "gateway -> graph -> resolvers -> domain, gateway -> persistence -> domain": (
        "graph/sdl.py",
        "gateway.app",
    ),
    "graph stands on resolvers, resolvers on domain": ("domain/text.py", "resolvers.batches"),
    "resolvers and persistence do not know each other": ("persistence/paging.py", "resolvers.batches"),
    "graph knows no database": ("graph/scalars.py", "sqlalchemy"),
    "resolvers know no database, no web and no schema": ("resolvers/node.py", "graphql"),
    "domain stands on the standard library alone": ("domain/text.py", "orjson"),
    "no circle inside a layer": ("domain/entities.py", "domain.paging"),
    "areas stand in one order in every layer": ("domain/content/grading.py", "domain.learning.goals"),
    "tables are the ground of persistence": (
        "persistence/tables/learning/goals.py",
        "persistence.learning.goals",
    ),
    "the GraphQL runtime: execution, documents, engine": ("graph/engine/values.py", "graph.documents.limits"),
    "the engine knows GraphQL and the ground, and no area": (
        "graph/engine/values.py",
        "domain.accounts.roles",
    ),
}
"""For each contract, a file and the module that it must not import."""


def broken_contracts(checkout: Path) -> set[str]:
    """Run import-linter in a checkout; return the names of the contracts that it reports as broken."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-cache", "--no-logo"],
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": str(checkout), "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    broken = set(re.findall(r"^(.+) BROKEN$", done.stdout, re.MULTILINE))
    assert re.search(r"^Contracts: \d+ kept, \d+ broken\.$", done.stdout, re.MULTILINE), (
        done.stdout + done.stderr
    )
    return broken


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product's layers and their configuration."""
    copy = tmp_path_factory.mktemp("checkout")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for layer in LAYERS:
        shutil.copytree(ROOT / layer, copy / layer, ignore=shutil.ignore_patterns("__pycache__", "graphiql"))
    return copy


def test_every_contract_has_a_planted_import() -> None:
    assert {contract["name"] for contract in CONTRACTS} == PLANTED.keys()


@pytest.mark.slow
def test_the_checkout_keeps_every_contract(checkout: Path) -> None:
    assert broken_contracts(checkout) == set()


@pytest.mark.slow
@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_import_breaks_its_contract(contract: str, checkout: Path) -> None:
    file, module = PLANTED[contract]
    path = checkout / file
    text = path.read_text("utf-8")

    path.write_text(f"{text}\nimport {module}\n", "utf-8")
    broken = broken_contracts(checkout)
    path.write_text(text, "utf-8")

    assert contract in broken


def test_the_contract_of_areas_has_their_order() -> None:
    layers = contract_named("areas stand in one order in every layer")["layers"]

    rows = [tuple(re.findall(r"\w+", row)) for row in layers]
    assert rows == list(ORDER)


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("tables are the ground of persistence", ["persistence"]),
        ("the engine knows GraphQL and the ground, and no area", ["domain", "resolvers"]),
    ],
)
def test_a_contract_against_areas_names_all_of_them(name: str, layers: list[str]) -> None:
    forbidden = contract_named(name)["forbidden_modules"]

    assert {f"{layer}.{area}" for layer in layers for area in AREAS & folders(layer)} <= set(forbidden)


def contract_named(name: str) -> dict[str, Any]:
    (contract,) = (each for each in CONTRACTS if each["name"] == name)
    return contract
