"""A small schema in the house's five words, which notes every call; `ask` compares both engines on it."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from types import SimpleNamespace
from typing import Any

import orjson
import strawberry

from domain.errors import NotFoundError
from domain.rows import Columns, Row
from domain.users import Role, Viewer
from graph.declarations import Finder
from graph.directives import auth, public
from graph.documents import Documents
from graph.execution import Engine, Executor
from graph.fields import arg, attribute, given, loaded_by, resolved_by, streamed_by
from graph.limits import Limits
from graph.masking import Formatted
from graph.mutations import mutated_by
from graph.rules import bind_rules
from graph.schema import declare_one_of, executable
from resolvers.batches import Rows, batch
from resolvers.context import Context
from tests.fakes.rows import row_of


@dataclass(slots=True)
class ShelfRow:
    id: int
    label: str
    keeper_id: int | None
    books: list["BookRow"] = field(default_factory=list)


@dataclass(slots=True)
class BookRow:
    title: str
    author_id: int
    secret: str = "hidden"


@dataclass(slots=True)
class PersonRow:
    id: int
    name: str


class Mood(Enum):
    GAY = "gay"
    GRIM = "grim"


@dataclass(slots=True)
class GuestRow:
    shelf_id: int
    name: str
    note: str | None
    mood: Mood
    former_mood: Mood | None
    nights: int
    stars: float


CALLS: list[Any] = []
GUESTS: list[GuestRow] = []
"""Who is on the shelves; a test fills it."""


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
async def best(context: Context, ids: list[int], *, most: int = 1) -> list[list[BookRow]]:
    CALLS.append(("best", sorted(ids), most))
    return [[BookRow(f"b{n}", id_) for n in range(most)] for id_ in ids]


@batch(Rows.PUBLIC)
async def guests(context: Context, ids: list[int]) -> list[list[GuestRow]]:
    CALLS.append(("guests", sorted(ids)))
    return [[guest for guest in GUESTS if guest.shelf_id == id_] for id_ in ids]


@guests.narrowed(GuestRow, key="shelf_id", unpromised=("nights",))
async def _(context: Context, ids: list[int], columns: Columns) -> list[list[Row]]:
    CALLS.append(("rows of guests", sorted(ids), columns))
    return [[row_of(g, "shelf_id", columns) for g in GUESTS if g.shelf_id == id_] for id_ in ids]


async def shelves(context: Context, *, count: int = 2, since: datetime | None = None) -> list[ShelfRow]:
    CALLS.append(("shelves", count, since))
    return [ShelfRow(n, f"s{n}", n or None, [BookRow("t", n + 1)]) for n in range(count)]


async def size(shelf: ShelfRow, context: Context, *, unit: str = "cm") -> str:
    CALLS.append(("size", shelf.id))
    return f"{shelf.id} {unit}"


async def person_by(context: Context, *, by: Any) -> PersonRow | None:
    CALLS.append(("person by", by.name))
    return PersonRow(99, by.name)


async def paint(context: Context, *, label: str, tries: int = 1) -> ShelfRow:
    CALLS.append(("paint", label, tries))
    await asyncio.sleep(0)
    CALLS.append(("painted", label))
    if label == "none":
        raise NotFoundError("There is no such shelf.")
    return ShelfRow(1, label, 3)


async def painted(context: Context, *, times: int = 2) -> AsyncGenerator[ShelfRow, None]:
    for number in range(times):
        yield ShelfRow(number, f"s{number}", 5)


@strawberry.type(description=".", directives=[public()])
class Person:
    id: int = attribute(".")
    name: str = attribute(".")


@strawberry.type(description=".", directives=[public()])
class Book:
    title: str = attribute(".")
    secret: str | None = attribute(".", rule=auth(Role.ADMIN))
    author: Person | None = loaded_by(people, key="author_id", description=".")


FORMS = strawberry.enum(Mood, name="Mood", description=".")


@strawberry.type(description=".", directives=[public()])
class Guest:
    name: str = attribute(".")
    note: str | None = attribute(".")
    mood: FORMS = attribute(".")  # type: ignore[valid-type]
    former_mood: FORMS | None = attribute(".")  # type: ignore[valid-type]
    nights: int = attribute(".")
    stars: float = attribute(".")


@strawberry.type(description=".", directives=[public()])
class Shelf:
    id: int = attribute(".")
    label: str = attribute(".")
    books: list[Book] = attribute(".")
    keeper: Person | None = loaded_by(people, key="keeper_id", description=".")
    owner: Person | None = loaded_by(people, key="keeper_id", is_certain=True, description=".")
    keeper_name: str | None = loaded_by(people, key="keeper_id", pick="name", description=".")
    best: list[Book] | None = loaded_by(best, key="id", description=".", args={"most": "."})
    guests: list[Guest] | None = loaded_by(guests, key="id", description=".")
    size: str | None = resolved_by(size, description=".", args={"unit": "."})


@strawberry.input(description=".")
class PaintInput:
    label: str = given(".", required=True)
    tries: int = given(".", default=1)


@strawberry.input(description=".", one_of=True)
class PersonBy:
    id: int | None = given(".")
    name: str | None = given(".")


@strawberry.type
class Query:
    shelves: list[Shelf] | None = resolved_by(
        shelves, description=".", rule=public(), args={"count": ".", "since": "."}
    )
    person: Person | None = resolved_by(
        person_by,
        description=".",
        rule=public(),
        finds=Finder(batch=people, argument="by.id"),
        args={"by": arg(PersonBy, ".")},
    )


@strawberry.type
class Mutation:
    paint = mutated_by(paint, input=PaintInput, gives={"shelf": (Shelf, ".")}, rule=auth(), description=".")


@strawberry.type
class Subscription:
    painted: Shelf | None = streamed_by(painted, description=".", rule=public(), args={"times": "."})


def _core() -> Any:
    core = executable(strawberry.Schema(query=Query, mutation=Mutation, subscription=Subscription))
    bind_rules(core)
    declare_one_of(core)
    return core


CORE = _core()
LEARNER = Viewer(user_id="user_1", session_id="session_1", roles=frozenset({Role.LEARNER}))  # type: ignore[arg-type]
DEFECTS: list[BaseException] = []


def executor(engine: Engine = Engine.COMPILED) -> Executor:
    documents = Documents(CORE, limits=Limits(), hide_suggestions=False)
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
