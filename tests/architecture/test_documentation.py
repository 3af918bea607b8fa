"""Documentation: every path that README, CONTRIBUTING and docs/ name in backticks or as a link exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.layout import ROOT

DECISIONS = ROOT / "docs" / "decisions"
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "content").rglob("*.md")),
]
FOLDERS = (
    "deploy",
    "gateway",
    "graph",
    "resolvers",
    "domain",
    "persistence",
    "migrations",
    "tests",
    "content",
    "bench",
    "docs",
    "deploy",
)
IN_FOLDER = re.compile(r"(?:" + "|".join(FOLDERS) + r"|\.ci)/")
FILE = re.compile(r"[\w.-]+\.(?:py|md|mjs|json|toml|lock|graphql|yml|sql|svg|sh|env|example)")
FOLDER = re.compile(r"[\w.-]+/")
BACKTICKS = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
ROW = re.compile(r"^\| \[(\d{4})\]\((\S+)\) \| (.+) \| (.+) \|$", re.MULTILINE)
CODE_BLOCK = re.compile(r"^(?:    [^\n]*|```.*?^```)$", re.MULTILINE | re.DOTALL)
PLACEHOLDER = re.compile(r"<[\w ]+>|NNNN")
NOT_IN_THE_CHECKOUT = {
    ".data/": "made by `make run`",
    ".env": "written by the operator",
    "domain/content/question_kinds/<kind>.py": "one file per question kind",
    "domain/content/question_kinds/table.py": "the table of question kinds",
    "loaders.py": "of any area of the resolvers",
    "__init__.py": "of any package",
    "architecture.md": "a page of the requirements",
    "domain.md": "a page of the requirements",
    "config.json": "a file of an Exercism track",
    ".../": "and further folders",
    "passwords.json": "a file of an npm package",
    "persisted-documents.json": "a file of a client's build",
}
"""Names that stand for no file of the checkout, with the reason."""


def named_in(page: Path) -> set[str]:
    """Return the paths that a page names in backticks, code blocks left out."""
    tokens = BACKTICKS.findall(CODE_BLOCK.sub("", page.read_text("utf-8")))
    return {token for token in tokens if is_path(token) and token not in NOT_IN_THE_CHECKOUT}


def is_path(token: str) -> bool:
    return bool(IN_FOLDER.match(token) or FILE.fullmatch(token) or FOLDER.fullmatch(token))


def exists(token: str, page: Path) -> bool:
    """Tell whether a path, or the definition that it names after `::`, exists."""
    path, _, name = token.partition("::")
    pattern = PLACEHOLDER.sub("*", path).rstrip("/")
    places = [ROOT, page.parent, ROOT / "tests"]
    found = [match for place in places for match in place.glob(pattern)]
    if FILE.fullmatch(path) or FOLDER.fullmatch(path):
        found += [match for folder in FOLDERS for match in (ROOT / folder).rglob(pattern)]
    if not name:
        return bool(found)
    definition = re.compile(
        r"^\s*(?:async def|def|class) " + re.escape(name.rpartition("::")[2]) + r"\b", re.MULTILINE
    )
    return any(definition.search(match.read_text("utf-8")) for match in found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_path_in_backticks_exists(page: Path) -> None:
    assert sorted(token for token in named_in(page) if not exists(token, page)) == []


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    broken = []
    for link in LINK.findall(page.read_text("utf-8")):
        target, _, anchor = link.partition("#")
        found = (page.parent / target) if target else page
        if "://" not in link and (not found.exists() or (anchor and anchor not in anchors(found))):
            broken.append(link)

    assert broken == []


def decisions() -> Iterator[tuple[str, str, str, str]]:
    """Yield number, file, title and state of each decision, from its own page."""
    for page in sorted(DECISIONS.glob("0*.md")):
        text = page.read_text("utf-8")
        title = re.search(r"^# \d+\. (.+)$", text, re.MULTILINE)
        superseded = re.match(r"Superseded by \[(\d{4})\]", text)
        state = f"superseded by {superseded[1]}" if superseded else "in force"
        yield page.name[:4], page.name, title[1] if title else "", state


def test_the_list_of_decisions_matches_the_pages() -> None:
    listed = ROW.findall((DECISIONS / "README.md").read_text("utf-8"))

    assert listed == list(decisions())


def test_paths_are_found_and_missing_ones_noticed() -> None:
    page = ROOT / "docs" / "security.md"

    assert len(named_in(page)) > 100
    assert exists("tests/architecture/test_documentation.py::is_path", page)
    assert not exists("tests/architecture/test_documentation.py::is_route", page)
    assert not exists("domain/learning/wishes.py", page)
    assert named_in(ROOT / "CONTRIBUTING.md") > {
        "docs/decisions/",
        "persistence/tables/<area>/<noun>.py",
        ".env.example",
    }
    assert exists("domain/<area>/work.py", page)
    assert not exists("domain/<area>/wishes.py", page)


def test_clients_are_told_every_mutation_that_may_be_too_busy_to_hash_a_password() -> None:
    text = " ".join((ROOT / "docs" / "clients.md").read_text("utf-8").split())
    told = re.search(r"`SERVICE_DEGRADED` means that too many passwords wait .*? Nothing else does", text)

    assert told is not None
    sdl = (ROOT / "schema.graphql").read_text("utf-8")
    unions = re.findall(r"^union (\w+)Error = .*\bBusy\b", sdl, re.MULTILINE)
    assert set(re.findall(r"`([a-z]\w+)`", told[0])) == {name[0].lower() + name[1:] for name in unions}
