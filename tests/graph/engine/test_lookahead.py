"""Lookahead: a resolver gets parameters that depend on the selection below its field."""

from typing import Any

import pytest
import strawberry

from graph.access_rules import bind_rules
from graph.declarations import Lookahead
from graph.directives import public
from graph.documents.limits import Limits
from graph.documents.prepared import DocumentCache
from graph.execution.executor import Engine, Executor
from graph.fields import attribute, resolved_by
from graph.schema import executable
from resolvers.context import Context
from tests.graph.engine.team_schema import context

ALL = 100
LOOKAHEADS: list[tuple[int, bool]] = []


class TeamRow:
    label = "s"


async def team(context: Context, *, most: int = ALL, named: bool = True) -> TeamRow:
    LOOKAHEADS.append((most, named))
    return TeamRow()


async def projects(team: TeamRow, context: Context, *, most: int = 10) -> list[str]:
    return ["b"] * most


@strawberry.type(description=".", directives=[public()])
class Team:
    label: str = attribute(".")
    projects: list[str] | None = resolved_by(projects, description=".", args={"most": "."})


@strawberry.type
class Query:
    team: Team | None = resolved_by(
        team,
        description=".",
        rule=public(),
        lookahead={"most": Lookahead(field="projects", argument="most"), "named": Lookahead(field="label")},
    )


async def lookahead_of(text: str, engine: Engine = Engine.COMPILED, **variables: Any) -> tuple[int, bool]:
    core: Any = executable(strawberry.Schema(query=Query))
    bind_rules(core)
    documents = DocumentCache(core, limits=Limits(), hide_suggestions=False)
    runner = Executor(documents, log_defect=lambda *_: None, engine=engine)
    LOOKAHEADS.clear()
    await runner.run(documents.prepare(text, None), variables, context())
    (found,) = LOOKAHEADS
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{ team { label } }", (0, True)),
        ("{ team { projects } }", (10, False)),
        ("{ team { a: projects(most: 3) b: projects(most: 7) label } }", (7, True)),
        ("{ team { ... on Team { label } ...F } } fragment F on Team { projects(most: 4) }", (4, True)),
        ("{ team { label @skip(if: true) projects(most: 3) } }", (3, False)),
        ("query ($n: Int!) { team { projects(most: $n) } }", (5, False)),
        ("query ($no: Boolean!) { team { projects(most: 3) @include(if: $no) label } }", (0, True)),
        ("query ($missing: Int) { team { projects(most: $missing) label } }", (10, True)),
        ("query ($null: Int) { team { projects(most: $null) label } }", (0, True)),
    ],
)
async def test_a_resolver_gets_the_largest_argument_below_and_whether_a_field_is_selected(
    text: str, found: tuple[int, bool]
) -> None:
    assert await lookahead_of(text, n=5, no=False, null=None) == found


async def test_the_reference_engine_has_no_lookahead_so_that_the_resolver_reads_all() -> None:
    assert await lookahead_of("{ team { label } }", Engine.REFERENCE) == (ALL, True)
