"""Workflows of GitHub: they parse, and run only targets of the Makefile, with few rights and pinned actions."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.architecture.layout import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
PINNED = re.compile(r"actions/[\w-]+@[0-9a-f]{40}")


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return found


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


def commands(path: Path) -> str:
    return "\n".join(step["run"] for step in steps(path) if "run" in step)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_runs_targets_of_the_makefile_with_pinned_actions_and_few_rights(path: Path) -> None:
    named = set(re.findall(r"^make ([a-z-]+)", commands(path), re.MULTILINE))

    assert named
    assert named <= TARGETS
    assert [
        step["uses"] for step in steps(path) if "uses" in step and not PINNED.fullmatch(step["uses"])
    ] == []
    assert read(path)["permissions"] in ({}, {"contents": "read"})
    assert all(job["timeout-minutes"] <= 120 for job in read(path)["jobs"].values())
    assert "${{" not in commands(path)  # a name that a caller chose would become a part of the script


def test_the_checks_of_ci_are_those_of_the_script_and_coverage_and_audits() -> None:
    script = set(re.findall(r"make ([a-z-]+)", (ROOT / ".ci/run").read_text("utf-8")))
    named = set(re.findall(r"^make ([a-z-]+)", commands(ROOT / ".github/workflows/ci.yml"), re.MULTILINE))

    assert script - named == {"bench-smoke", "test-reference"}
    assert named - script == {"audit-code", "coverage"}


def test_the_matrix_has_every_python_and_the_oldest_and_newest_postgres() -> None:
    matrix = read(ROOT / ".github/workflows/ci.yml")["jobs"]["test"]["strategy"]["matrix"]

    assert matrix == {"python": ["3.11", "3.12", "3.13", "3.14"], "postgres": ["15", "18"]}


def test_a_hook_runs_a_tool_of_the_checkout() -> None:
    (repository,) = read(ROOT / ".pre-commit-config.yaml")["repos"]

    assert repository["repo"] == "local"
    assert all(".venv/bin/" in hook["entry"] for hook in repository["hooks"])


@pytest.mark.parametrize(
    ("tag", "heading", "said"),
    [
        ("v9.9.9", "## 0.1.0", "The tag is v9.9.9, and pyproject.toml has the version"),
        ("v{version}", "## Unreleased", "has no section"),
        ("v{version}", "## {version}0", "has no section"),
    ],
)
def test_a_release_needs_the_tag_of_its_version_and_a_section_of_the_changelog(
    tmp_path: Path, tag: str, heading: str, said: str
) -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert version is not None
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text(f"{heading.format(version=version[1])}\n\n- One change.\n", "utf-8")

    done = subprocess.run(
        [
            ROOT / "deploy/release-files",
            sys.executable,
            tag.format(version=version[1]),
            tmp_path / "dist",
            changelog,
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert said in done.stderr


@pytest.mark.slow
def test_a_release_is_a_wheel_the_sdl_and_the_section_of_the_version(tmp_path: Path) -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert version is not None
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text(
        f"# Changelog\n\n## Unreleased\n\nNo.\n\n## {version[1]} - 2026-12-01\n\n- One change.\n\n## 0.0.9\n\nNo.\n",
        "utf-8",
    )

    subprocess.run(
        [ROOT / "deploy/release-files", sys.executable, f"v{version[1]}", tmp_path / "dist", changelog],
        check=True,
        capture_output=True,
    )

    assert {path.name for path in (tmp_path / "dist").iterdir()} == {
        f"questpath-{version[1]}-py3-none-any.whl",
        "schema.graphql",
        "notes.md",
    }
    assert (tmp_path / "dist/notes.md").read_text("utf-8").strip() == "- One change."
    assert (tmp_path / "dist/schema.graphql").read_text("utf-8") == (ROOT / "schema.graphql").read_text(
        "utf-8"
    )
