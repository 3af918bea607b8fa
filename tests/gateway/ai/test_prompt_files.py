"""Prompt files: the newest version is used, and a file with a fault stops the start with its name."""

from pathlib import Path

import pytest

from domain.ai.requests import Purpose
from gateway.ai import prompt_files

GOOD = "values: level\nquoted: topic\n---\nYou plan for {level}.\n---\nPlan {topic}.\n"


def stored(folder: Path, name: str, version: str, text: str = GOOD) -> None:
    (folder / name).mkdir(exist_ok=True)
    (folder / name / version).write_text(text, "utf-8")


def test_there_is_a_prompt_for_each_purpose() -> None:
    assert {purpose.value.lower() for purpose in Purpose} <= prompt_files.shipped().keys()


def test_the_newest_version_is_used_by_number(tmp_path: Path) -> None:
    for version in (2, 10, 9):
        stored(tmp_path, "plan", f"v{version}.md", GOOD.replace("You", f"{version}: you"))

    prompt = prompt_files.newest(tmp_path)["plan"]

    assert (prompt.version, prompt.system) == (10, "10: you plan for {level}.")
    assert (prompt.values, prompt.quoted) == ({"level"}, {"topic"})


@pytest.mark.parametrize(
    ("version", "text"),
    [
        ("v1.txt", GOOD),
        ("v0.md", GOOD),
        ("v1.md", GOOD.replace("{topic}", "{other}")),
        ("v1.md", GOOD.replace("quoted: topic\n", "")),
        ("v1.md", GOOD.replace("quoted", "texts")),
        ("v1.md", GOOD.replace("---\nPlan", "Plan")),
        ("v1.md", "---\n---\n"),
    ],
)
def test_a_file_with_a_fault_is_named(tmp_path: Path, version: str, text: str) -> None:
    stored(tmp_path, "plan", "v3.md")
    stored(tmp_path, "plan", version, text)

    with pytest.raises(ValueError, match=f"plan/{version}"):
        prompt_files.newest(tmp_path)
