"""The schema: all rooms together, and the start-up check that nothing is without a rule."""

from functools import cache

import strawberry
from graphql import GraphQLInputObjectType, GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types
from strawberry.types.base import get_object_definition

import domain.attempts
import domain.goals
import domain.quizzes
import domain.roadmaps
import domain.users
from graph.analytics import AnalyticsQueries
from graph.api_keys import ApiKeyMutations
from graph.attempt_mutations import AttemptMutations
from graph.attempts import AttemptQueries, QuizAttempt
from graph.audit import AuditQueries
from graph.enrolments import EnrolmentMutations
from graph.exam_types import ExamType, ExamTypeQueries
from graph.field_usage import FieldUsageQueries
from graph.goal_mutations import GoalMutations
from graph.goals import Goal, GoalQueries
from graph.google import GoogleMutations
from graph.leaderboards import LeaderboardQueries, LeaderboardSubscriptions
from graph.nodes import NodeQueries, is_node_of
from graph.open_sessions import OpenSessionMutations
from graph.privacy import PrivacyMutations
from graph.questions import QUESTION_TYPES
from graph.quizzes import Quiz, QuizMutations, QuizQueries
from graph.rates import RateQueries
from graph.recovery import RecoveryMutations
from graph.roadmaps import Roadmap, RoadmapMutations, RoadmapQueries, RoadmapVersion
from graph.roles import RoleMutations, RoleQueries
from graph.rules import bind_rules
from graph.scalars import SCALARS
from graph.sdl import print_sorted
from graph.sessions import SessionMutations
from graph.users import User, UserMutations, UserQueries
from graph.viewer import ViewerQueries

NODES: dict[type, type] = {
    domain.users.User: User,
    domain.quizzes.ExamType: ExamType,
    domain.quizzes.Quiz: Quiz,
    domain.attempts.QuizAttempt: QuizAttempt,
    domain.goals.Goal: Goal,
    domain.roadmaps.Roadmap: Roadmap,
    domain.roadmaps.RoadmapVersion: RoadmapVersion,
}
"""The domain entity behind each type that implements Node."""

QUERIES = (
    NodeQueries,
    ViewerQueries,
    AnalyticsQueries,
    UserQueries,
    LeaderboardQueries,
    ExamTypeQueries,
    QuizQueries,
    AttemptQueries,
    RoadmapQueries,
    GoalQueries,
    AuditQueries,
    RoleQueries,
    RateQueries,
    FieldUsageQueries,
)
MUTATIONS = (
    SessionMutations,
    RecoveryMutations,
    GoogleMutations,
    OpenSessionMutations,
    UserMutations,
    QuizMutations,
    AttemptMutations,
    RoadmapMutations,
    EnrolmentMutations,
    GoalMutations,
    RoleMutations,
    ApiKeyMutations,
    PrivacyMutations,
)
SUBSCRIPTIONS: tuple[type, ...] = (LeaderboardSubscriptions,)


@cache
def strawberry_schema() -> strawberry.Schema:
    """Build the schema once; raises where a coordinate has no rule."""
    for entity, graph_type in NODES.items():
        is_node_of(entity, graph_type)
    schema = strawberry.Schema(
        query=_root("Query", QUERIES, "What can be read."),
        mutation=_root("Mutation", MUTATIONS, "What can be done; each mutation is done whole or not at all."),
        subscription=_root("Subscription", SUBSCRIPTIONS, "What can be followed while it changes."),
        types=QUESTION_TYPES,
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    declare_one_of(executable(schema))
    bind_rules(executable(schema))
    return schema


def _root(name: str, rooms: tuple[type, ...], description: str) -> type:
    root: type = merge_types(name, rooms)
    get_object_definition(root, strict=True).description = description
    return root


def declare_one_of(schema: GraphQLSchema) -> None:
    """Tell graphql-core which inputs are one-of, so that validation refuses what Strawberry refuses only later."""
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            definition = type_.extensions.get("strawberry-definition")
            type_.is_one_of = bool(definition and definition.is_one_of)


def executable(schema: strawberry.Schema | None = None) -> GraphQLSchema:
    """Return graphql-core's schema, which is what documents are run against."""
    core: GraphQLSchema = (schema or strawberry_schema())._schema  # noqa: SLF001 - Strawberry offers no other way
    return core


def sdl() -> str:
    """Return the schema as text, sorted; `schema.graphql` holds exactly this."""
    return print_sorted(strawberry_schema())
