"""docs/security.md: every requirement is listed, every proof exists, and its claims about the whole code hold."""

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
# The sections of the standard, each with its number of requirements of level 1 and 2.
WITHOUT_PROOF = ("n/a", "accepted", "deployment", "clients", "not met")
MAKES_CODE = {"graph/engine/codegen.py", "graph/engine/row_encoder.py", "persistence/row_mapping.py"}
RENDERS = {("gateway/mail/mail_templates.py", "jinja2"), ("gateway/mail/template_language.py", "jinja2")}
PARSES_XML = {("domain/imports/guards/xml_documents.py", "xml")}
STARTS_PROCESSES = {
    "gateway/backups/program_runs.py",
    "gateway/databases/client_programs.py",
    "gateway/databases/embedded_postgres.py",
    "gateway/databases/postgres_binaries.py",
}
CONNECTS = {
    "gateway/ai/capped_transport.py",
    "gateway/ai/network_providers.py",
    "gateway/mail/delivery.py",
    "gateway/monitoring/health_details.py",
    "gateway/monitoring/probes.py",
    "gateway/authentication/openid_provider.py",
    "gateway/authentication/oidc_discovery.py",
    "gateway/settings/vault_reader.py",
}
LISTENS = {
    f"gateway/{name}.py"
    for name in (
        "cli",
        "commands/servers",
        "connections/listeners",
        "webhooks/guarded_connections",
        "databases/embedded_postgres",
        "processes/graceful_shutdown",
        "processes/server",
        "processes/supervisor",
        "processes/worker",
        "telemetry/prometheus",
    )
}
# The order of options, the ids of traces and the choice of samples need not be unpredictable.
SHUFFLES = {
    "domain/content/drawing/draws.py",
    "domain/content/drawing/option_orders.py",
    "gateway/ai/provider_chain.py",
    "gateway/databases/chaotic_lender.py",
    "gateway/error_reports/reports.py",
    "gateway/jobs/job_executor.py",
    "gateway/telemetry/tracing.py",
}


def rows() -> list[list[str]]:
    lines = PAGE.read_text("utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| V")]


parses_all = pytest.mark.slow
"""The mark of a test that reads the syntax trees of all modules, which takes more than a second by itself."""


@cache
def trees() -> list[tuple[str, ast.Module]]:
    return [
        (path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8")))
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
    ]


@cache
def called() -> list[tuple[str, str, ast.Call]]:
    """Return each call of the product: its file, its dotted name and its node."""
    return [
        (place, dotted(node.func), node)
        for place, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    ]


def dotted(node: ast.expr) -> str:
    """Return a name like `re.compile`; for names alone this is much faster than `ast.unparse`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ast.unparse(node)


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
    for scope in [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]:
        prefix = f"{scope.name}::" if isinstance(scope, ast.ClassDef) else ""
        functions = (n for n in scope.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
        found |= {prefix + function.name for function in functions}
    return frozenset(found)


def test_every_requirement_is_listed_once() -> None:
    listed = [id_ for row in rows() for id_ in row[0].split(", ")]

    sections = (entry.split(":") for entry in REQUIREMENTS.split())
    required = {f"V{section}.{n}" for section, most in sections for n in range(1, int(most) + 1)}
    assert sorted(listed) == sorted(set(listed))
    assert required - set(listed) == set()
    assert set(listed) - required == set()


def test_every_row_has_a_proof_or_a_reason() -> None:
    for ids, what, how, proof in rows():
        assert what, ids
        assert how, ids
        assert "`tests/" in proof or proof.startswith(WITHOUT_PROOF), ids


def test_every_proof_exists() -> None:
    named = re.findall(r"`(tests/[^`]+?)::([^`]+)`", PAGE.read_text("utf-8"))

    missing = [f"{path}::{name}" for path, name in named if name not in names_in(path)]
    assert named
    assert missing == []


def test_unmet_requirements_are_listed_at_the_top() -> None:
    top = PAGE.read_text("utf-8").partition("## Not met")[2].partition("\n## ")[0]

    for ids, _, _, proof in rows():
        assert ("not met" in proof) == any(f"**{id_}**" in top for id_ in ids.split(", ")), ids


@parses_all
def test_no_module_runs_text() -> None:
    running = {place for place, name, _ in called() if name in {"eval", "exec", "compile", "__import__"}}
    modules = {(place, name.partition(".")[0]) for place, name in imported()}
    risky = {"pickle", "marshal", "shelve", "xml", "lxml", "yaml", "jinja2", "code"}

    assert running == MAKES_CODE
    assert {found for found in modules if found[1] in risky} == RENDERS | PARSES_XML
    assert {place for place, name in modules if name == "subprocess"} <= STARTS_PROCESSES
    assert [c for c in called() if c[1] in {"os.system", "os.popen"}] == []
    assert [c for c in called() if any(k.arg == "shell" for k in c[2].keywords)] == []


@parses_all
def test_every_regular_expression_is_a_literal() -> None:
    makers = {f"re.{name}" for name in ("compile", "match", "search", "fullmatch", "sub", "split", "findall")}

    for place, name, call in called():
        if name in makers:
            assert isinstance(call.args[0], ast.Constant | ast.Name | ast.BinOp), (place, ast.unparse(call))


@parses_all
def test_no_module_uses_a_broken_hash() -> None:
    broken = {"hashlib.md5", "hashlib.sha1", "hashlib.new"}

    assert [(place, name) for place, name, _ in called() if name in broken] == []


@parses_all
def test_no_module_uses_guessable_randomness() -> None:
    assert {place for place, name in imported() if name == "random"} <= SHUFFLES


@parses_all
def test_only_known_modules_open_connections() -> None:
    clients = {"aiosmtplib", "httpx", "httpx2", "requests", "urllib.request", "smtplib", "http.client"}

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
        locked_name = re.sub(r"[-_.]+", "-", name)
        assert re.search(rf"^{re.escape(locked_name)}(\[[a-z]+\])?==", locked, re.MULTILINE), name
    for block in re.split(r"\n(?=[a-z0-9])", locked):
        assert "--hash=sha256:" in block, block.partition("\n")[0]
