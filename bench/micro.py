"""The engines alone: compile time, and execution of four common shapes without a database, by plain timeit.

Run with `python -m bench.micro`. Batches answer at once from memory, so that only the engines are measured.
"""

import asyncio
import timeit
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import strawberry
from graphql import DocumentNode, ExecutionResult, GraphQLSchema, execute, parse
from graphql.execution.values import VariableValues
from strawberry.schema.config import StrawberryConfig

from graph.directives import public
from graph.engine.running import Run
from graph.engine.variants import Variants
from graph.fields import attribute, loaded_by, resolved_by
from graph.rules import bind_rules
from graph.scalars import SCALARS
from graph.schema import executable
from resolvers.batches import Rows, batch
from resolvers.context import Context

ROUNDS = 5
SECONDS = 0.3
JOINED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NO_VARIABLES = VariableValues({}, {})


class Grade(Enum):
    """How hard a thing is."""

    EASY = "easy"
    HARD = "hard"


@dataclass(slots=True)
class PersonRow:
    id: str
    name: str
    level: int
    active: bool
    score: float
    bio: str | None
    joined_at: datetime
    grade: Grade


@dataclass(slots=True)
class EntryRow:
    rank: int
    person_id: str
    xp: int


PEOPLE = [PersonRow(f"p{n}", f"Person {n}", n, True, n / 2, None, JOINED, Grade.EASY) for n in range(1_000)]
BY_ID = {person.id: person for person in PEOPLE}
ENTRIES = [EntryRow(n, f"p{n}", 1_000 - n) for n in range(50)]


@batch(Rows.PUBLIC)
async def people_by_id(context: Context, ids: list[str]) -> list[PersonRow | None]:  # noqa: ARG001 - a batch's signature
    return [BY_ID.get(id_) for id_ in ids]


@batch(Rows.PUBLIC)
async def friends_by_id(context: Context, ids: list[str]) -> list[list[PersonRow]]:  # noqa: ARG001 - as above
    return [PEOPLE[n : n + 10] for n in range(len(ids))]


async def person(context: Context, *, id: str) -> PersonRow | None:  # noqa: ARG001 - as above
    return BY_ID.get(id)


async def people(context: Context, *, count: int = 1_000) -> list[PersonRow]:  # noqa: ARG001 - as above
    return PEOPLE[:count]


async def board(context: Context) -> list[EntryRow]:  # noqa: ARG001 - as above
    return ENTRIES


grade: Any = strawberry.enum(Grade, description=".")


@strawberry.type(description=".", directives=[public()])
class Person:
    id: strawberry.ID = attribute(".")
    name: str = attribute(".")
    level: int = attribute(".")
    active: bool = attribute(".")
    score: float = attribute(".")
    bio: str | None = attribute(".")
    joined_at: datetime = attribute(".")
    grade: Grade = attribute(".")
    friends: list["Person"] | None = loaded_by(friends_by_id, key="id", description=".")


@strawberry.type(description=".", directives=[public()])
class Entry:
    rank: int = attribute(".")
    xp: int = attribute(".")
    person: Person | None = loaded_by(people_by_id, key="person_id", description=".")


@strawberry.type
class Query:
    person: Person | None = resolved_by(person, description=".", rule=public(), args={"id": "."})
    people: list[Person] | None = resolved_by(people, description=".", rule=public(), args={"count": "."})
    board: list[Entry] | None = resolved_by(board, description=".", rule=public())


LEAVES = "id name level active score bio joinedAt grade"
SHAPES = {
    "door": "{ __typename }",
    "one by key": f'{{ person(id: "p1") {{ {LEAVES} }} }}',
    "top 50 with person": "{ board { rank xp person { id name } } }",
    "20 x 10 children": "{ people(count: 20) { id name friends { id name level } } }",
    "1 000 x 8 leaves": f"{{ people {{ {LEAVES} }} }}",
}


def leaves(value: Any) -> int:
    """Count the leaves of a response."""
    if isinstance(value, dict):
        return sum(map(leaves, value.values()))
    return sum(map(leaves, value)) if isinstance(value, list) else 1


def best_us(function: Any) -> float:
    """Return the best of some rounds, in microseconds."""
    timer = timeit.Timer(function)
    once = max(1e-7, timer.timeit(20) / 20)
    number = max(5, int(SECONDS / ROUNDS / once))
    return min(timer.repeat(ROUNDS, number)) / number * 1e6


def context() -> Context:
    return Context(None, None, "request-of-a-bench")  # type: ignore[arg-type]


async def referred(schema: GraphQLSchema, document: Any) -> Any:
    result = execute(schema, document, context_value=context())
    return result.data if isinstance(result, ExecutionResult) else (await result).data


async def compiled(plan: Any) -> Any:
    started = Run(plan, context=context(), variables=NO_VARIABLES).start()
    return started[0] if isinstance(started, tuple) else (await started)[0]


def main() -> None:
    """Print a line per shape."""
    config = StrawberryConfig(scalar_map=SCALARS)
    schema = executable(strawberry.Schema(query=Query, config=config))
    bind_rules(schema)
    print(
        f"{'shape':20} {'leaves':>7} {'compile':>9} {'reference':>11} {'compiled':>10} {'per 1 000':>10} {'ratio':>6}"
    )
    with asyncio.Runner() as runner:
        for name, text in SHAPES.items():
            _measure(runner.get_loop(), schema, name, parse(text))
    print("Times in microseconds; `compile` is once per document.")


def _measure(
    loop: asyncio.AbstractEventLoop, schema: GraphQLSchema, name: str, document: DocumentNode
) -> None:
    operation: Any = document.definitions[0]

    def planned() -> Any:
        return Variants(schema, document, operation).plan(NO_VARIABLES, {})

    def first() -> Any:
        return loop.run_until_complete(compiled(planned()))

    plan = planned()
    data = loop.run_until_complete(compiled(plan))
    if data != loop.run_until_complete(referred(schema, document)):
        raise SystemExit(f"{name}: the engines differ")
    empty = best_us(lambda: loop.run_until_complete(asyncio.sleep(0)))
    theirs = best_us(lambda: loop.run_until_complete(referred(schema, document))) - empty
    ours = best_us(lambda: loop.run_until_complete(compiled(plan))) - empty
    compiling = best_us(first) - empty - ours
    count = leaves(data)
    print(
        f"{name:20} {count:7} {compiling:10.0f} {theirs:10.1f} {ours:10.1f} "
        f"{ours / count * 1_000:10.0f} {theirs / ours:10.1f}"
    )


if __name__ == "__main__":
    main()
