"""Adding a question kind takes a file and a line in the table; every layer follows."""

import asyncio
import difflib
import filecmp
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.schema import sdl

ROOT = Path(__file__).parents[3]
PACKAGES = ("domain", "resolvers", "graph", "persistence", "gateway", "migrations", "tests")
KINDS = Path("domain/content/question_kinds")
TABLE = KINDS / "table.py"
IMPORT = "    cloze,\n"
LAST_LINE = "    CLOZE = cloze.RULES\n"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the project with the kind LETTER."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "tests/support/new_kind/letter.py", tmp_path / KINDS / "letter.py")
    table = (tmp_path / TABLE).read_text()
    assert IMPORT in table
    assert LAST_LINE in table
    table = table.replace(IMPORT, IMPORT + "    letter,\n")
    (tmp_path / TABLE).write_text(table.replace(LAST_LINE, LAST_LINE + "    LETTER = letter.RULES\n"))
    return tmp_path


@pytest.mark.slow
async def test_a_new_kind_is_a_file_and_a_line(copy: Path, database_url: str) -> None:
    taken = json.loads(await run(copy, "-m", "tests.support.new_kind.journey", database_url))

    assert set(changed(copy)) == {str(KINDS / "letter.py"), str(TABLE)}
    assert taken["imported"] == {
        "report": {"outcome": "STORED", "refused": [], "losses": []},
        "userErrors": [],
    }
    assert taken["questions"] == [{"__typename": "Letter", "kind": "LETTER"}] * 2
    assert taken["demo"] is True
    assert taken["refused"] == {
        "slot": None,
        "userErrors": [{"code": "INVALID_INPUT", "field": "text", "message": "text must be one letter."}],
    }
    assert [payload["slot"]["answer"] for payload in taken["answered"]] == [{"text": "B"}, {"text": "C"}]
    attempt = taken["submitted"]["attempt"]
    assert attempt["score"] == 50.0
    assert [slot["credit"] for slot in attempt["slots"]] == [1.0, 0.0]
    assert [slot["key"]["acceptedTexts"] for slot in attempt["slots"]] == [[{"text": "B"}], [{"text": "D"}]]


@pytest.mark.slow
async def test_the_schema_gains_the_new_kind_and_nothing_else(copy: Path) -> None:
    letter = await run(copy, "-c", "from graph.schema import sdl; print(sdl(), end='')")

    lines = list(difflib.ndiff(sdl().splitlines(), letter.splitlines()))
    lost = [line for line in lines if line.startswith("- ")]
    gained = [line.strip("+ ") for line in lines if line.startswith("+ ")]
    descriptions = [line for line in gained if line.startswith('"""')]
    assert lost == []
    assert [line for line in gained if line and line not in descriptions] == [
        "type Letter implements Question & Bookmarkable & Node @auth(requires: LEARNER) @requiresScopes(scopes: [[READ_LEARNING]]) {",
        "difficulty: Difficulty!",
        "domain: ExamDomain",
        "examType: ExamType",
        "id: ID!",
        "images: [QuestionImage!] @listSize(assumedSize: 1)",
        "kind: QuestionKind!",
        "media: [Media!] @listSize(assumedSize: 1)",
        "prompt: String!",
        "promptFormat: PromptFormat!",
        "provenance: QuestionProvenance",
        "quality: QuestionQuality @auth(requires: LEARNER) @requiresScopes(scopes: [[IMPORT_CONTENT]])",
        "viewerBookmark: Bookmark @public @requiresScopes(scopes: [[READ_LEARNING]])",
        "viewerNote: Note @public @requiresScopes(scopes: [[READ_LEARNING]])",
        "}",
        "LETTER",
    ]
    assert (descriptions[0], descriptions[-1]) == (
        '"""A question that is answered with a letter."""',
        '"""With one letter."""',
    )


async def run(folder: Path, *arguments: str) -> str:
    """Run Python in a folder whose packages take precedence."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output.decode()


def changed(folder: Path) -> Iterator[str]:
    """Yield the source files that differ between the project and its copy."""
    for package in PACKAGES:
        for path in (folder / package).rglob("*.py"):
            name = path.relative_to(folder)
            if not (ROOT / name).exists() or not filecmp.cmp(path, ROOT / name, shallow=False):
                yield str(name)
