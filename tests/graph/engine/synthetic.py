"""Synthetic schema: every feature of GraphQL, with fields that are resolved, awaited and fail at random."""

import asyncio
import hashlib
import json
import random
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from aiodataloader import DataLoader
from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    is_object_type,
)

from domain.unit_of_work import Meter
from graph.declarations import BACKREF, METADATA_KEY, Declaration
from resolvers.batches import Batch, Rows
from tests.graph.engine.rows import narrow_rows

SDL = """
scalar Moment
enum Color { RED GREEN }
input By @oneOf { id: ID name: String }
input Options { size: Int = 4, color: Color! = GREEN, tags: [String!] = ["x"], inner: Options, at: Moment }
interface Thing { id: ID! peer: Thing name: String }
interface Sized implements Thing { id: ID! peer: Thing name: String size: Int! }
type A implements Thing & Sized {
  id: ID! peer: Thing name: String size: Int! weight: Float on: Boolean! color: Color at: Moment! strict: A!
  kids: [A!]! maybe: [A] either: Either eithers: [Either!] grid: [[Int!]] grids: [[A!]!] colors: [Color!]!
  many(first: Int = 2, options: Options): [A!]  plain: C! plains: [C]
}
type B implements Thing { id: ID! peer: Thing name: String other: A! words: [String!]! things: [Thing!] plain: C }
type C { id: ID! name: String! color: Color! at: Moment deep: C ids: [ID!] }
union Either = A | B
type Query {
  a: A b: B! thing: Thing either: Either list: [A!]! things: [Thing] sized: [Sized!] count: Int! c: C!
  echo(x: Int, s: [String!] = ["q"], by: By, options: Options, at: Moment): String find(by: By!): A
}
type Mutation { one: A two: B! three(x: Int!): Int! four(options: Options! = {size: 1}): C }
type Subscription { news(x: Int = 1): Either  count: Int! }
"""
KINDS = ("attribute", "batch", "resolved", "other")


@dataclass
class Chances:
    """How often a field fails, is null or is awaited; two runs with the same chances get the same values."""

    seed: int = 0
    error: float = 0.0
    null: float = 0.0
    wait: float = 0.0

    def roll(self, *about: object) -> random.Random:
        text = "|".join(map(str, (self.seed, *about)))
        return random.Random(hashlib.md5(text.encode(), usedforsecurity=False).digest())


@dataclass
class SyntheticContext:
    """The context of an operation: its chances, and DataLoaders for the reference engine."""

    chances: Chances
    refused: dict[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    loaders: dict[Batch, Any] = field(default_factory=dict)
    meter: Meter = field(default_factory=Meter)

    async def load(self, batch: Batch, key: Any) -> Any:
        async def load(keys: list[Any]) -> list[Any]:
            return await batch.load(self, keys)

        loader = self.loaders.get(batch)
        if loader is None:
            loader = self.loaders[batch] = DataLoader(load)
        # graphql-core cancels the siblings of a failure, and with one of them the future that others wait for.
        return await asyncio.shield(loader.load(key))


class Thing:
    """An object of the synthetic schema: an attribute has a random value, seeded by its path, or raises."""

    def __init__(self, type_: GraphQLObjectType | None, path: str, chances: Chances) -> None:
        self.of = type_
        self.path = path
        self.chances = chances

    def __repr__(self) -> str:
        return f"<{self.of} {self.path}>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or self.of is None or name not in self.__dict__["of"].fields:
            raise AttributeError(name)
        return value_or_error(self.of.fields[name].type, f"{self.path}/{name}", self.chances)

    @property
    def key(self) -> str | None:
        roll = self.chances.roll("key", self.path)
        if roll.random() < self.chances.error / 4:
            raise ValueError(f"no key at {self.path}")
        return roll.choice([None, "k0", "k1", "k2", "k3"])


def value_or_error(type_: Any, path: str, chances: Chances) -> Any:
    """Return a random value for a field of a type, or raise."""
    if chances.roll("raise", path).random() < chances.error:
        error = GraphQLError if path.endswith("e") else ValueError
        raise error(f"raised at {path}")
    return value(type_, path, chances)


def value(type_: Any, path: str, chances: Chances) -> Any:  # noqa: PLR0911 - one for each kind of type
    roll = chances.roll(path)
    strict = isinstance(type_, GraphQLNonNull)
    inner = type_.of_type if strict else type_
    if roll.random() < (chances.null / 3 if strict else chances.null):
        return None
    if roll.random() < chances.error / 2:
        return ValueError(f"as a value at {path}")
    is_invalid = roll.random() < chances.error
    if isinstance(inner, GraphQLList):
        items = (value(inner.of_type, f"{path}.{n}", chances) for n in range(roll.randrange(4)))
        # The values of a batch are shared, and an iterator would be empty at its second use.
        makers = [list, tuple, iter] if path.startswith("root") else [list, tuple]
        return roll.choice([5, "text", {"a": 1}]) if is_invalid else roll.choice(makers)(items)
    if isinstance(inner, GraphQLScalarType):
        return _scalar(inner.name, roll, is_invalid)
    if isinstance(inner, GraphQLEnumType):
        return "BLUE" if is_invalid else roll.choice(["RED", "GREEN"])
    if isinstance(inner, GraphQLObjectType):
        return 5 if is_invalid and inner.name == "C" else Thing(inner, path, chances)
    types = POSSIBLE[inner.name]
    return Thing(None if is_invalid else TYPES[roll.choice(types)], path, chances)


def _scalar(name: str, roll: random.Random, is_invalid: bool) -> Any:
    if is_invalid:
        return roll.choice([{"bad": 1}, [1], float("nan")]) if name != "Moment" else "wrong"
    return {
        "Int": roll.randrange(99),
        "Float": roll.choice([2.5, 2, True]),
        "Boolean": roll.random() < 0.5,
        "String": roll.choice(["x", "y", 3]),
        "ID": roll.choice(["i1", 7]),
        "Moment": roll.randrange(9),
    }[name]


POSSIBLE = {"Thing": ["A", "B"], "Sized": ["A"], "Either": ["A", "B"]}
TYPES: dict[str, GraphQLObjectType] = {}


def _moment(given: Any) -> Any:
    if given == "wrong":
        raise GraphQLError("Moment cannot be wrong")
    return f"t{given}"


def schema_of(variant: int, kinds: tuple[str, ...] = KINDS) -> GraphQLSchema:
    """Build the schema; each variant declares its fields differently, every other one its types as Strawberry would."""
    schema = build_schema(SDL)
    schema.type_map["Moment"].coerce_output_value = _moment  # type: ignore[attr-defined]
    schema.type_map["Moment"].coerce_input_value = _moment  # type: ignore[attr-defined]
    for type_ in schema.type_map.values():
        if is_object_type(type_) and not type_.name.startswith("__"):
            TYPES[type_.name] = type_
            for name, definition in type_.fields.items():
                _declare(type_, name, definition, variant, kinds)
            if type_.name == "C":
                type_.is_type_of = lambda thing, _info: isinstance(thing, Thing)
    for name in POSSIBLE:
        schema.type_map[name].resolve_type = _type_of  # type: ignore[attr-defined]
        if variant % 2:
            schema.type_map[name].extensions = {BACKREF: object()}
    for name in ("A", "B") if variant % 2 else ():
        type_ = schema.type_map[name]
        type_.extensions = {BACKREF: object()}
        type_.is_type_of = lambda thing, _info, name=name: getattr(thing.of, "name", "") == name  # type: ignore[attr-defined]
    return schema


def _type_of(thing: Any, _info: Any, _type: Any) -> Any:
    if thing.of is not None:
        return thing.of.name
    return thing.chances.roll("type", thing.path).choice([None, 5, "Nope", "Color", "C"])


def _declare(
    type_: GraphQLObjectType, name: str, definition: GraphQLField, variant: int, kinds: tuple[str, ...]
) -> None:
    is_root = type_.name in {"Query", "Mutation", "Subscription"}
    roll = random.Random(f"{variant}{type_.name}.{name}")
    kind = "other" if is_root or definition.args else roll.choice(kinds)
    if kind == "other":
        definition.resolve = _other(definition, name)
        definition.subscribe = _events(name) if type_.name == "Subscription" else None
        return
    if kind == "attribute":
        declaration = Declaration(word="attribute")
        definition.resolve = lambda thing, _info: getattr(thing, name)
    elif kind == "resolved":
        declaration = _resolved(definition, name)
    else:
        declaration = _batch(definition, f"{type_.name}_{name}")
    definition.extensions = {BACKREF: SimpleNamespace(metadata={METADATA_KEY: declaration}, python_name=name)}


def _other(definition: GraphQLField, name: str) -> Any:
    def resolve(thing: Any, info: Any, **arguments: Any) -> Any:
        context: SyntheticContext = info.context
        above = thing.path if isinstance(thing, Thing) else "root"
        path = f"{above}/{name}{json.dumps(arguments, sort_keys=True)}"
        context.order.append(path)
        roll = context.chances.roll("wait", path)
        if roll.random() >= context.chances.wait:
            return value_or_error(definition.type, path, context.chances)

        async def later() -> Any:
            for _ in range(roll.randrange(3)):
                await asyncio.sleep(0)
            context.order.append(f"{path} done")
            return value_or_error(definition.type, path, context.chances)

        return later()

    return resolve


def _resolved(definition: GraphQLField, name: str) -> Declaration:
    async def function(thing: Any, context: SyntheticContext) -> Any:
        for _ in range(context.chances.roll("wait", thing.path).randrange(3)):
            await asyncio.sleep(0)
        return value_or_error(definition.type, f"{thing.path}/{name}", context.chances)

    definition.resolve = lambda thing, info: function(thing, info.context)
    return Declaration(word="resolved", function=function)


def _batch(definition: GraphQLField, name: str) -> Declaration:
    async def load(context: SyntheticContext, keys: list[Any]) -> list[Any]:
        await asyncio.sleep(0)
        if context.chances.roll("batch", name).random() < context.chances.error / 2:
            raise ValueError(f"{name} fails")
        return [value(definition.type, f"{name}/{key}", context.chances) for key in keys]

    batch = Batch(load, Rows.PUBLIC)
    batch.narrow = narrow_rows(batch)

    async def body(thing: Any, info: Any) -> Any:
        key = thing.key
        return None if key is None else await info.context.load(batch, key)

    definition.resolve = body
    return Declaration(word="batch", batch=batch, key="key")


def _events(name: str) -> Any:
    async def subscribe(_root: Any, info: Any, **_arguments: Any) -> Any:
        for number in range(3):
            yield Thing(None, f"{name}{number}", info.context.chances)

    return subscribe
