"""The page about security: it is complete, its proofs exist, and what it says of the code as a whole holds."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from gateway.settings.environment import Settings

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "security.md"
PACKAGES = ("gateway", "graph", "resolvers", "domain", "persistence")
REQUIREMENTS = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1
4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2
7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2
10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2
13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3
"""
# The sections of the standard, and how many requirements of level 1 and 2 each begins with.
WITHOUT_PROOF = ("n/a", "accepted", "deployment", "clients", "not met")
MAKES_CODE = {"graph/engine/building.py", "graph/engine/packing.py", "persistence/rows.py"}
STARTS_PROCESSES = {"gateway/databases/devdb.py", "gateway/databases/postgres_binaries.py"}
CONNECTS = {
    "gateway/accounts/mailing.py",
    "gateway/accounts/google.py",
    "gateway/accounts/provider_documents.py",
}
LISTENS = {
    f"gateway/{name}.py"
    for name in (
        "cli",
        "commands/servers",
        "connections/listeners",
        "databases/devdb",
        "processes/farewells",
        "processes/serving",
        "processes/supervising",
        "processes/working",
        "telemetry/exposition",
    )
}
# The order of options is no secret from who sees them, nor are the names of traces.
SHUFFLES = {"domain/starting.py", "gateway/telemetry/tracing.py"}


def rows() -> list[list[str]]:
    lines = PAGE.read_text("utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| V")]


@cache
def trees() -> list[tuple[str, ast.Module]]:
    return [
        (path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8")))
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    ]


@cache
def called() -> list[tuple[str, str, ast.Call]]:
    """Return each call of our code: where, by what dotted name, and the call."""
    return [
        (place, ast.unparse(node.func), node)
        for place, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    ]


def imported() -> Iterator[tuple[str, str]]:
    for place, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from ((place, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield place, node.module or ""


@cache
def names_in(path: str) -> frozenset[str]:
    found = set()
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    for holder in [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]:
        prefix = f"{holder.name}::" if isinstance(holder, ast.ClassDef) else ""
        functions = (n for n in holder.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
        found |= {prefix + function.name for function in functions}
    return frozenset(found)


def test_every_requirement_stands_on_the_page_once() -> None:
    told = [id_ for row in rows() for id_ in row[0].split(", ")]

    sections = (entry.split(":") for entry in REQUIREMENTS.split())
    wanted = {f"V{section}.{n}" for section, most in sections for n in range(1, int(most) + 1)}
    assert sorted(told) == sorted(set(told))
    assert wanted - set(told) == set()
    assert set(told) - wanted == set()


def test_every_row_has_a_proof_or_says_why_not() -> None:
    for ids, what, how, proof in rows():
        assert what, ids
        assert how, ids
        assert "`tests/" in proof or proof.startswith(WITHOUT_PROOF), ids


def test_every_proof_exists() -> None:
    named = re.findall(r"`(tests/[^`]+?)::([^`]+)`", PAGE.read_text("utf-8"))

    missing = [f"{path}::{name}" for path, name in named if name not in names_in(path)]
    assert named
    assert missing == []


def test_what_is_not_met_is_said_at_the_top() -> None:
    top = PAGE.read_text("utf-8").partition("## Not met")[2].partition("\n## ")[0]

    for ids, _, _, proof in rows():
        assert ("not met" in proof) == any(f"**{id_}**" in top for id_ in ids.split(", ")), ids


@pytest.mark.slow
def test_no_module_runs_text() -> None:
    running = {place for place, name, _ in called() if name in {"eval", "exec", "compile", "__import__"}}
    modules = {(place, name.partition(".")[0]) for place, name in imported()}
    risky = {"pickle", "marshal", "shelve", "xml", "lxml", "yaml", "jinja2", "code"}

    assert running == MAKES_CODE
    assert [found for found in modules if found[1] in risky] == []
    assert {place for place, name in modules if name == "subprocess"} <= STARTS_PROCESSES
    assert [c for c in called() if c[1] in {"os.system", "os.popen"}] == []
    assert [c for c in called() if any(k.arg == "shell" for k in c[2].keywords)] == []


def test_every_pattern_is_written_down() -> None:
    makers = {f"re.{name}" for name in ("compile", "match", "search", "fullmatch", "sub", "split", "findall")}

    for place, name, call in called():
        if name in makers:
            assert isinstance(call.args[0], ast.Constant | ast.Name | ast.BinOp), (place, ast.unparse(call))


def test_no_module_uses_a_broken_hash() -> None:
    broken = {"hashlib.md5", "hashlib.sha1", "hashlib.new"}

    assert [(place, name) for place, name, _ in called() if name in broken] == []


def test_no_module_uses_guessable_randomness() -> None:
    assert {place for place, name in imported() if name == "random"} <= SHUFFLES


def test_only_known_modules_open_connections() -> None:
    clients = {"aiosmtplib", "httpx", "requests", "urllib.request", "smtplib", "http.client"}

    assert {place for place, name in imported() if name in clients} <= CONNECTS
    assert {place for place, name in imported() if name == "socket"} <= LISTENS


@pytest.mark.parametrize("name", ["secret", "database_url", "redis_url", "smtp_url", "google_client_secret"])
def test_no_setting_prints_its_secret(name: str) -> None:
    settings = Settings(**{name: "postgresql://ada:hidden-word@db/x" + "x" * 32})

    assert "hidden-word" not in repr(settings)
    assert "hidden-word" not in str(settings.model_dump())


def test_every_library_has_its_reason_and_its_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    reasons = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    locked = (ROOT / "requirements.lock").read_text("utf-8")

    for requirement in project["dependencies"]:
        name = re.split(r"[\[<>=;, ]", requirement)[0]
        assert name in reasons, name
        assert re.search(rf"^{re.escape(name)}(\[[a-z]+\])?==", locked, re.MULTILINE), name
    for block in re.split(r"\n(?=[a-z0-9])", locked):
        assert "--hash=sha256:" in block, block.partition("\n")[0]
