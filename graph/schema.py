"""The schema: all rooms together, and the start-up check that nothing is without a rule."""

from functools import cache

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from graph.rules import bind_rules
from graph.scalars import SCALARS
from graph.sdl import print_sorted
from graph.sessions import SessionMutations
from graph.users import UserMutations, UserQueries
from graph.viewer import ViewerQueries

QUERIES = (ViewerQueries, UserQueries)
MUTATIONS = (SessionMutations, UserMutations)
SUBSCRIPTIONS: tuple[type, ...] = ()


@cache
def strawberry_schema() -> strawberry.Schema:
    """Build the schema once; raises where a coordinate has no rule."""
    schema = strawberry.Schema(
        query=merge_types("Query", QUERIES),
        mutation=merge_types("Mutation", MUTATIONS),
        subscription=merge_types("Subscription", SUBSCRIPTIONS) if SUBSCRIPTIONS else None,
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    bind_rules(executable(schema))
    return schema


def executable(schema: strawberry.Schema | None = None) -> GraphQLSchema:
    """Return graphql-core's schema, which is what documents are run against."""
    core: GraphQLSchema = (schema or strawberry_schema())._schema  # noqa: SLF001 - Strawberry offers no other way
    return core


def sdl() -> str:
    """Return the schema as text, sorted; `schema.graphql` holds exactly this."""
    return print_sorted(strawberry_schema())
