"""A small schema in the five words of declaration, which notes every call; `ask` compares both engines on it."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from types import SimpleNamespace
from typing import Any

import orjson
import strawberry

from domain.accounts.users import Role, Viewer
from domain.errors import NotFoundError
from domain.rows import Columns, Row
from graph.access_rules import bind_rules
from graph.declarations import Finder
from graph.directives import auth, public
from graph.documents.limits import Limits
from graph.documents.prepared import DocumentCache
from graph.execution.error_masking import Formatted
from graph.execution.executor import Engine, Executor
from graph.fields import arg, attribute, given, loaded_by, resolved_by, streamed_by
from graph.mutations import mutated_by
from graph.schema import declare_one_of, executable
from resolvers.batches import Rows, batch
from resolvers.context import Context
from tests.support.rows import row_of


@dataclass(slots=True)
class TeamRow:
    id: int
    label: str
    lead_id: int | None
    projects: list["ProjectRow"] = field(default_factory=list)


@dataclass(slots=True)
class ProjectRow:
    title: str
    author_id: int
    secret: str = "hidden"


@dataclass(slots=True)
class PersonRow:
    id: int
    name: str


class Status(Enum):
    ACTIVE = "active"
    AWAY = "away"


@dataclass(slots=True)
class MemberRow:
    team_id: int
    name: str
    note: str | None
    status: Status
    former_status: Status | None
    points: int
    rating: float


CALLS: list[Any] = []
MEMBERS: list[MemberRow] = []
"""The members of the teams; a test fills it."""


@batch(Rows.PUBLIC)
async def people(context: Context, ids: list[int]) -> list[PersonRow | None]:
    CALLS.append(("people", sorted(ids)))
    await asyncio.sleep(0)
    return [PersonRow(id_, f"p{id_}") if id_ < 90 else None for id_ in ids]


@people.narrowed(PersonRow)
async def _(context: Context, ids: list[int], columns: Columns) -> list[Row | None]:
    CALLS.append(("rows of people", sorted(ids), columns))
    return [row_of(PersonRow(id_, f"p{id_}"), "id", columns) if id_ < 90 else None for id_ in ids]


@batch(Rows.PUBLIC)
async def best(context: Context, ids: list[int], *, most: int = 1) -> list[list[ProjectRow]]:
    CALLS.append(("best", sorted(ids), most))
    return [[ProjectRow(f"b{n}", id_) for n in range(most)] for id_ in ids]


@batch(Rows.PUBLIC)
async def members(context: Context, ids: list[int]) -> list[list[MemberRow]]:
    CALLS.append(("members", sorted(ids)))
    return [[member for member in MEMBERS if member.team_id == id_] for id_ in ids]


@members.narrowed(MemberRow, key="team_id", checked=("points",))
async def _(context: Context, ids: list[int], columns: Columns) -> list[list[Row]]:
    CALLS.append(("rows of members", sorted(ids), columns))
    return [[row_of(g, "team_id", columns) for g in MEMBERS if g.team_id == id_] for id_ in ids]


async def teams(context: Context, *, count: int = 2, since: datetime | None = None) -> list[TeamRow]:
    CALLS.append(("teams", count, since))
    return [TeamRow(n, f"s{n}", n or None, [ProjectRow("t", n + 1)]) for n in range(count)]


async def size(team: TeamRow, context: Context, *, unit: str = "cm") -> str:
    CALLS.append(("size", team.id))
    return f"{team.id} {unit}"


async def person_by(context: Context, *, by: Any) -> PersonRow | None:
    CALLS.append(("person by", by.name))
    return PersonRow(99, by.name)


async def create(context: Context, *, label: str, tries: int = 1) -> TeamRow:
    CALLS.append(("create", label, tries))
    await asyncio.sleep(0)
    CALLS.append(("created", label))
    if label == "none":
        raise NotFoundError("There is no such team.")
    return TeamRow(1, label, 3)


async def created(context: Context, *, times: int = 2) -> AsyncGenerator[TeamRow, None]:
    try:
        for number in range(times):
            yield TeamRow(number, f"s{number}", 5)
    finally:
        CALLS.append(("closed",))


@strawberry.type(description=".", directives=[public()])
class Person:
    id: int = attribute(".")
    name: str = attribute(".")


@strawberry.type(description=".", directives=[public()])
class Project:
    title: str = attribute(".")
    secret: str | None = attribute(".", rule=auth(Role.ADMIN))
    author: Person | None = loaded_by(people, key="author_id", description=".")


STATUS_ENUM = strawberry.enum(Status, name="Status", description=".")


@strawberry.type(description=".", directives=[public()])
class Member:
    name: str = attribute(".")
    note: str | None = attribute(".")
    status: STATUS_ENUM = attribute(".")  # type: ignore[valid-type]
    former_status: STATUS_ENUM | None = attribute(".")  # type: ignore[valid-type]
    points: int = attribute(".")
    rating: float = attribute(".")


@strawberry.type(description=".", directives=[public()])
class Team:
    id: int = attribute(".")
    label: str = attribute(".")
    projects: list[Project] = attribute(".")
    lead: Person | None = loaded_by(people, key="lead_id", description=".")
    owner: Person | None = loaded_by(people, key="lead_id", is_certain=True, description=".")
    lead_name: str | None = loaded_by(people, key="lead_id", pick="name", description=".")
    best: list[Project] | None = loaded_by(best, key="id", description=".", args={"most": "."})
    members: list[Member] | None = loaded_by(members, key="id", description=".")
    size: str | None = resolved_by(size, description=".", args={"unit": "."})


@strawberry.input(description=".")
class CreateInput:
    label: str = given(".", required=True)
    tries: int = given(".", default=1)


@strawberry.input(description=".", one_of=True)
class PersonBy:
    id: int | None = given(".")
    name: str | None = given(".")


@strawberry.type
class Query:
    teams: list[Team] | None = resolved_by(
        teams, description=".", rule=public(), args={"count": ".", "since": "."}
    )
    person: Person | None = resolved_by(
        person_by,
        description=".",
        rule=public(),
        found_by=Finder(batch=people, argument="by.id"),
        args={"by": arg(PersonBy, ".")},
    )


@strawberry.type
class Mutation:
    create = mutated_by(create, input=CreateInput, gives={"team": (Team, ".")}, rule=auth(), description=".")


@strawberry.type
class Subscription:
    created: Team | None = streamed_by(created, description=".", rule=public(), args={"times": "."})


def _core() -> Any:
    core = executable(strawberry.Schema(query=Query, mutation=Mutation, subscription=Subscription))
    bind_rules(core)
    declare_one_of(core)
    return core


CORE = _core()
LEARNER = Viewer(user_id="user_1", session_id="session_1", roles=frozenset({Role.LEARNER}))  # type: ignore[arg-type]
DEFECTS: list[BaseException] = []


def executor(engine: Engine = Engine.COMPILED) -> Executor:
    documents = DocumentCache(CORE, limits=Limits(), hide_suggestions=False)
    return Executor(documents, log_defect=lambda cause, _: DEFECTS.append(cause), engine=engine)


def context(viewer: Viewer | None = LEARNER) -> Context:
    return Context(SimpleNamespace(watch=None), viewer, "request-of-a-test")  # type: ignore[arg-type]


async def ask(text: str, viewer: Viewer | None = LEARNER, /, **variables: Any) -> Formatted:
    """Run a document with the compiled engine and compare the response with the reference's."""
    runner, reference = executor(), executor(Engine.REFERENCE)
    expected = await reference.run(reference.documents.prepare(text, None), variables, context(viewer))
    CALLS.clear()
    response = await runner.run(runner.documents.prepare(text, None), variables, context(viewer))
    assert orjson.dumps(response) == orjson.dumps(expected)
    assert not runner.fallbacks
    read: Formatted = orjson.loads(orjson.dumps(response))
    return read
