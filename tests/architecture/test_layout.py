"""Layout: areas, sizes of files and folders, names of modules and classes, and imports between tests."""

import ast
import importlib.metadata
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.architecture.layout import AREAS, LAYERS, LAYERS_OF_AREAS, OTHER_FOLDERS, ROOT, folders, modules

PACKAGES = {*LAYERS, "migrations", "content"}
MOST_LINES = 250
MOST_FILES = 20
MOST_MODULES = 26
GERUNDS = {
    "closing": "the closing handshake of a connection",
    "corking": "TCP's word for holding back small writes",
    "grading": "the noun for marking answers",
    "hashing": "the field's word, as in password hashing",
    "mapping": "the noun for rows becoming objects",
    "masking": "GraphQL servers' word for hiding unexpected errors",
    "merging": "the specification's word: field selection merging",
    "paging": "the noun for reading a list in pages",
    "parsing": "the field's word, as in request parsing",
    "publishing": "the noun for making a version public",
    "rounding": "arithmetic's noun for giving a figure fewer digits",
    "saving": "the noun for storing an answer",
    "seeding": "the field's word for filling a database with demo data",
    "staging": "the noun of databases for keeping rows apart until all of them are there",
    "tracing": "OpenTelemetry's word",
    "matching": "the kind of question",
    "ordering": "the kind of question",
}
"""The words in -ing that may end a module's name, each a noun of its own."""
NAMES_A_TEST_MODULE = re.compile(r"^\s*(?:from|import)\s[^\n]*\btest_", re.MULTILINE)
"""Whether a module is worth parsing: the name stands on the line of its import."""
VAGUE = {"utils", "helpers", "common", "core", "misc", "services", "managers"}


def test_no_installed_distribution_ships_a_package_of_ours() -> None:
    owners = importlib.metadata.packages_distributions()

    foreign = {name: set(owners.get(name, ())) - {"questpath"} for name in PACKAGES}
    assert {name for name, distributions in foreign.items() if distributions} == set()


@pytest.mark.parametrize("layer", LAYERS_OF_AREAS)
def test_a_folder_of_a_layer_is_an_area_or_has_a_reason(layer: str) -> None:
    assert folders(layer) - OTHER_FOLDERS.get(layer, {}).keys() <= AREAS


def test_every_area_and_every_other_folder_exists() -> None:
    assert set.union(*(folders(layer) for layer in LAYERS_OF_AREAS)) >= AREAS
    assert all(folders(layer) >= others.keys() for layer, others in OTHER_FOLDERS.items())


def test_an_area_holds_at_most_twenty_files() -> None:
    sizes = {
        f"{layer}/{area}": len([path for path in modules(f"{layer}/{area}") if path.parent.name == area])
        for layer in LAYERS_OF_AREAS
        for area in folders(layer) & AREAS
    }

    assert {area: size for area, size in sizes.items() if size > MOST_FILES} == {}


def test_a_folder_holds_at_most_twenty_six_modules() -> None:
    sizes = Counter(path.parent.as_posix() for path in modules())

    assert {folder: size for folder, size in sizes.items() if size > MOST_MODULES} == {}


def test_no_file_is_longer_than_250_lines() -> None:
    lengths = {path: len((ROOT / path).read_text("utf-8").splitlines()) for path in modules()}

    assert {str(path): length for path, length in lengths.items() if length > MOST_LINES} == {}


def test_a_module_is_named_by_a_noun() -> None:
    last_words = {path: path.stem.rpartition("_")[2] for path in modules()}

    participles = {str(path) for path, word in last_words.items() if word.endswith("ing")}
    allowed = {str(path) for path, word in last_words.items() if word in GERUNDS}
    assert sorted(participles - allowed) == []


def test_no_word_in_ing_is_allowed_without_use() -> None:
    assert GERUNDS.keys() - {path.stem.rpartition("_")[2] for path in modules()} == set()


def test_no_module_has_a_vague_name() -> None:
    words = {path: {*path.stem.split("_"), *path.parts[:-1]} for path in modules()}

    assert [str(path) for path, of_path in words.items() if of_path & VAGUE] == []


def test_no_two_classes_have_one_name() -> None:
    homes: defaultdict[str, list[Path]] = defaultdict(list)
    for path in modules():
        for node in ast.parse((ROOT / path).read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(path)

    shared = {name: paths for name, paths in homes.items() if len(paths) > 1 and not is_declared(paths)}
    assert {name: [*map(str, paths)] for name, paths in shared.items()} == {}


def is_declared(paths: list[Path]) -> bool:
    """Tell whether one of two classes is the declaration of the other: a graph type and its domain entity."""
    layers = sorted(path.parts[0] for path in paths)
    return layers in (["domain", "graph"], ["graph", "resolvers"])


def test_no_test_module_imports_a_test_module() -> None:
    wrong = []
    for path in modules("tests"):
        text = (ROOT / path).read_text("utf-8")
        if not NAMES_A_TEST_MODULE.search(text):
            continue
        for node in ast.walk(ast.parse(text)):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            wrong += [
                f"{path} imports {name}" for name in names if name.rpartition(".")[2].startswith("test_")
            ]

    assert wrong == []
