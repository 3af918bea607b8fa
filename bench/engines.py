"""`python -m bench.engines`: the compiled engine beside graphql-core, without a database, by timeit.

Batches answer at once from memory, so that only compilation and execution are measured.
"""

import argparse
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

from bench import smoke
from graph.access_rules import bind_rules
from graph.directives import public
from graph.engine.plan_variants import PlanVariants
from graph.engine.runner import Run
from graph.engine.syntax import Syntax
from graph.fields import attribute, loaded_by, resolved_by
from graph.scalars import SCALARS
from graph.schema import executable
from resolvers.batches import Rows, batch
from resolvers.context import Context

ROUNDS = 5
_SECONDS, _SMOKE_SECONDS = 0.3, 0.01
"""How long each function is timed."""
JOINED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NO_VARIABLES = VariableValues({}, {})


class Grade(Enum):
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
    "smallest": "{ __typename }",
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


def best_us(function: Any, seconds: float) -> float:
    """Return the best of some rounds, in microseconds."""
    timer = timeit.Timer(function)
    once = max(1e-7, timer.timeit(20) / 20)
    number = max(5, int(seconds / ROUNDS / once))
    return min(timer.repeat(ROUNDS, number)) / number * 1e6


def context() -> Context:
    return Context(None, None, "request")  # type: ignore[arg-type]


async def run_reference(schema: GraphQLSchema, document: Any) -> Any:
    result = execute(schema, document, context_value=context())
    return result.data if isinstance(result, ExecutionResult) else (await result).data


async def run_compiled(plan: Any) -> Any:
    started = Run(plan, context=context(), variables=NO_VARIABLES).start()
    return started[0] if isinstance(started, tuple) else (await started)[0]


def main() -> None:
    """Print a line per shape."""
    parser = argparse.ArgumentParser(prog="python -m bench.engines", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="short rounds; check that figures come out")
    arguments = parser.parse_args()
    seconds = _SMOKE_SECONDS if arguments.smoke else _SECONDS
    config = StrawberryConfig(scalar_map=SCALARS)
    schema = executable(strawberry.Schema(query=Query, config=config))
    bind_rules(schema)
    print(
        f"{'shape':20} {'leaves':>7} {'compile':>9} {'reference':>11} {'compiled':>10} {'per 1 000':>10} {'ratio':>6}"
    )
    with asyncio.Runner() as runner:
        figures = {
            name: _measure(runner.get_loop(), schema, name, parse(text), seconds)
            for name, text in SHAPES.items()
        }
    print("Times in microseconds; `compile` is once per document.")
    if arguments.smoke:
        print(f"{smoke.check_figures(figures)} figures")


def _measure(
    loop: asyncio.AbstractEventLoop,
    schema: GraphQLSchema,
    name: str,
    document: DocumentNode,
    seconds: float,
) -> dict[str, float]:
    operation: Any = document.definitions[0]

    def compile_plan() -> Any:
        return PlanVariants(schema, Syntax(document, operation)).plan(NO_VARIABLES, {})

    plan = compile_plan()
    data = loop.run_until_complete(run_compiled(plan))
    if data != loop.run_until_complete(run_reference(schema, document)):
        raise SystemExit(f"{name}: the engines differ")

    def timed(make: Any) -> float:
        return best_us(lambda: loop.run_until_complete(make()), seconds)

    empty = timed(lambda: asyncio.sleep(0))
    reference = timed(lambda: run_reference(schema, document)) - empty
    compiled = timed(lambda: run_compiled(plan)) - empty
    compiling = timed(lambda: run_compiled(compile_plan())) - empty - compiled
    count = leaves(data)
    print(
        f"{name:20} {count:7} {compiling:10.0f} {reference:10.1f} {compiled:10.1f} "
        f"{compiled / count * 1_000:10.0f} {reference / compiled:10.1f}"
    )
    return {"reference_us": max(0.0, reference), "compiled_us": max(0.0, compiled)}


if __name__ == "__main__":
    main()
