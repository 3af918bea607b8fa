"""Commands about workflows and templates, as operators type them, with their output."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from domain import workflow_table
from domain.errors import DomainError
from domain.unit_of_work import Meter
from domain.workflows import template_saves
from gateway.commands.errors import CommandError
from persistence.work import Postgres
from tests.support.command_line import run

GUIDE = Path(__file__).parents[3] / "docs/operators/workflows.md"
COMMAND = re.compile(r"^    questpath (.+)$", re.MULTILINE)
TEMPLATE: dict[str, Any] = {
    "name": "monday",
    "description": "Cleans up.",
    "inputs": [{"name": "weeks", "type": "INTEGER", "required": True}],
    "steps": [
        {"key": "settle", "kind": "settle_xp"},
        {
            "key": "boards",
            "kind": "rebuild_leaderboards",
            "arguments": {"weeks": {"from": "inputs.weeks"}},
            "after": ["settle"],
            "waitFor": "ANY",
            "condition": "inputs.weeks > 0",
        },
    ],
}


@pytest.fixture
async def stored(postgres: Postgres) -> Postgres:
    """Stores with the templates of the platform."""
    async with postgres.open_work(Meter()) as work:
        await template_saves.ship(work, workflow_table.SHIPPED)
    return postgres


async def output(url: str, line: str, capsys: "pytest.CaptureFixture[str]") -> Any:
    """Run a command with --json and return what it printed."""
    assert await run(url, f"{line} --json") == 0
    return json.loads(capsys.readouterr().out)


async def test_every_command_of_the_guide_works(
    stored: Postgres, database_url: str, tmp_path: Path, capsys: "pytest.CaptureFixture[str]"
) -> None:
    file = tmp_path / "template.json"
    file.write_text(json.dumps(TEMPLATE))
    lines = COMMAND.findall(GUIDE.read_text("utf-8"))
    workflow = ""

    states = []
    for line in lines:
        assert await run(database_url, line.replace("WORKFLOW", workflow).replace("FILE", str(file))) == 0, (
            line
        )
        capsys.readouterr()
        if line.split()[1] in {"start", "pause", "resume", "skip", "retry", "cancel"}:
            (newest, *_) = await output(database_url, "workflows list", capsys)
            workflow = newest["workflow"]
            states.append((line.split()[1], newest["state"]))

    assert states == [
        ("start", "RUNNING"),
        ("pause", "PAUSED"),
        ("resume", "RUNNING"),
        ("skip", "RUNNING"),
        ("retry", "RUNNING"),
        ("cancel", "CANCELLED"),
    ]
    assert len(lines) == 11


async def test_workflows_are_shown_for_people_and_for_programs(
    stored: Postgres, database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    (made,) = await output(database_url, 'workflows start recompute_projections --inputs {"weeks":3}', capsys)
    shown = await output(database_url, f"workflows show {made['workflow']}", capsys)
    await run(database_url, f"workflows show {made['workflow']}")
    for_people = capsys.readouterr().out
    await run(database_url, "workflows list --state FAILED")

    assert (shown["inputs"], shown["state"]) == ({"weeks": 3}, "RUNNING")
    assert [(step["step"], step["state"], step["after"]) for step in shown["steps"]] == [
        ("leaderboards", "RUNNING", ""),
        ("analytics", "RUNNING", ""),
        ("reconcile", "WAITING", "leaderboards analytics"),
    ]
    assert for_people.splitlines()[3].split()[:3] == ["step", "kind", "state"]
    assert capsys.readouterr().out == "There are no such workflows.\n"


async def test_an_unknown_state_is_refused_by_name(database_url: str) -> None:
    with pytest.raises(DomainError, match="--state must be one of RUNNING, PAUSED,"):
        await run(database_url, "workflows list --state DONE")


async def test_a_template_is_saved_from_a_file_and_shown_as_one(
    stored: Postgres, database_url: str, tmp_path: Path, capsys: "pytest.CaptureFixture[str]"
) -> None:
    file = tmp_path / "template.json"
    file.write_text(json.dumps(TEMPLATE))

    saved = [await output(database_url, f"workflows templates save {file}", capsys)]
    shown = await output(database_url, "workflows templates show monday", capsys)
    file.write_text(json.dumps(shown))
    saved.append(await output(database_url, f"workflows templates save {file}", capsys))

    assert saved == [[{"template": "monday", "version": version}] for version in (1, 2)]
    assert shown["steps"][1] == TEMPLATE["steps"][1]
    assert shown["inputs"] == TEMPLATE["inputs"]


CYCLE = [{"key": "a", "kind": "settle_xp", "after": ["b"]}, {"key": "b", "kind": "settle_xp", "after": ["a"]}]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "The file must hold a JSON object."),
        ("[" * 100_000, "The file must hold a JSON object."),
        (json.dumps(TEMPLATE | {"color": "red"}), "the file has a name that templates do not know"),
        (json.dumps(TEMPLATE | {"name": 1, "steps": {}}), "name must be a string. steps must be a list."),
        (
            json.dumps(TEMPLATE | {"steps": [{"key": 1}]}),
            "steps[0].key must be a string. steps[0] needs kind.",
        ),
        (
            json.dumps(TEMPLATE | {"inputs": [{"name": "x", "type": "DATE"}]}),
            "inputs[0].type must be one of STRING",
        ),
        (json.dumps(TEMPLATE | {"inputs": [1]}), "inputs[0] must be an object."),
        (json.dumps(TEMPLATE | {"steps": CYCLE}), "step a, after: The step waits for itself with b"),
        (json.dumps(TEMPLATE | {"name": "A", "steps": []}), "name must be 1 to 64 of a-z"),
    ],
)
async def test_a_file_that_is_no_template_is_refused_by_name_and_not_stored(
    stored: Postgres, database_url: str, tmp_path: Path, text: str, told: str
) -> None:
    file = tmp_path / "template.json"
    file.write_text(text)

    with pytest.raises((CommandError, DomainError)) as refused:
        await run(database_url, f"workflows templates save {file}")

    assert told in str(getattr(refused.value, "message", refused.value))
    async with stored.open_reads(Meter()) as reads:
        assert {each.is_shipped for each in await reads.workflow_templates.newest(limit=9)} == {True}


@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        *(("recompute_projections", given) for given in ("weeks", "[1]", '{"weeks":"two"}', '{"days":2}')),
        ("recompute_projections", '{"weeks":521}'),
        ("account_erasure", '{"user_id":"user_01K742SG00EC1V4CSM6MV3EE1S"}'),
    ],
)
async def test_inputs_that_do_not_fit_start_nothing(
    stored: Postgres, database_url: str, capsys: "pytest.CaptureFixture[str]", name: str, inputs: str
) -> None:
    with pytest.raises(DomainError) as refused:
        await run(database_url, f"workflows start {name} --inputs {inputs}")

    assert (refused.value.field or "").startswith("inputs")
    assert await output(database_url, "workflows list", capsys) == []
