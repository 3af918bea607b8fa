"""Schema: all types and root fields together, and the start-up check that every coordinate has a rule."""

from functools import cache

import strawberry
from graphql import GraphQLInputObjectType, GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types
from strawberry.types.base import get_object_definition

import domain.accounts.api_keys
import domain.accounts.audit
import domain.accounts.users
import domain.ai.calls
import domain.assessment.attempts
import domain.authentication.sessions
import domain.authoring.stores.quiz_drafts
import domain.bookmarks.bookmarks
import domain.bookmarks.notes
import domain.campaigns.campaigns
import domain.campaigns.email_templates
import domain.campaigns.segments
import domain.content.collaborators
import domain.content.exam_types
import domain.content.quizzes
import domain.content.roadmap_nodes
import domain.content.roadmaps
import domain.gamification.xp
import domain.generation.generations
import domain.imports.runs.imports
import domain.jobs.jobs
import domain.learning.enrolments
import domain.learning.evidence
import domain.learning.goals
import domain.mail.suppressions
import domain.media.media
import domain.privacy.exports
import domain.quality.question_reports
import domain.spaced_review.cards
import domain.study.study_sessions
import domain.uploads.uploads
import domain.webhooks.deliveries
import domain.webhooks.endpoints
import domain.workflows.workflows
from graph.access_rules import bind_rules
from graph.accounts.api_keys import ApiKey
from graph.accounts.audit import AuditEntry
from graph.accounts.users import User
from graph.ai.calls import AiCall
from graph.assessment.attempts import QuizAttempt
from graph.authentication.sessions import Session
from graph.authoring.collaborations import Collaborator
from graph.authoring.quiz_drafts import QuizDraft
from graph.bookmarks.bookmarks import Bookmark, Note
from graph.campaigns.campaigns import Campaign
from graph.campaigns.email_templates import EmailTemplate
from graph.campaigns.segments import Segment
from graph.content.exam_types import ExamDomain, ExamType
from graph.content.questions import QUESTION_TYPES
from graph.content.quizzes import Quiz
from graph.content.roadmap_nodes import PrerequisiteGroup, RoadmapNode
from graph.content.roadmaps import Roadmap, RoadmapVersion
from graph.declarations import definition_of
from graph.gamification.xp import XpEntry
from graph.generation.generations import Explanation, Generation
from graph.imports.imports import Import
from graph.jobs.jobs import Job
from graph.learning.enrolments import Enrolment
from graph.learning.evidence import Evidence
from graph.learning.goals import Goal
from graph.mail.suppressions import Suppression
from graph.media.media import Media
from graph.node import is_node_of
from graph.privacy.personal_data import DataExport
from graph.quality.question_reports import QuestionReport
from graph.root_fields import MUTATIONS, QUERIES, SUBSCRIPTIONS
from graph.scalars import SCALARS
from graph.sdl import print_sorted
from graph.spaced_review.review_cards import ReviewCard
from graph.study.study_sessions import StudySession
from graph.uploads.uploads import Upload
from graph.webhooks.deliveries import WebhookDelivery
from graph.webhooks.endpoints import WebhookEndpoint
from graph.workflows.workflows import Workflow

NODES: dict[type, type] = {
    domain.accounts.users.User: User,
    domain.accounts.api_keys.ApiKey: ApiKey,
    domain.accounts.audit.AuditEntry: AuditEntry,
    domain.authentication.sessions.Session: Session,
    domain.content.exam_types.ExamType: ExamType,
    domain.content.exam_types.ExamDomain: ExamDomain,
    domain.content.quizzes.Quiz: Quiz,
    domain.authoring.stores.quiz_drafts.QuizDraft: QuizDraft,
    domain.assessment.attempts.QuizAttempt: QuizAttempt,
    domain.study.study_sessions.StudySession: StudySession,
    domain.learning.goals.Goal: Goal,
    domain.bookmarks.bookmarks.Bookmark: Bookmark,
    domain.bookmarks.notes.Note: Note,
    domain.spaced_review.cards.ReviewCard: ReviewCard,
    domain.content.roadmaps.Roadmap: Roadmap,
    domain.content.roadmaps.RoadmapVersion: RoadmapVersion,
    domain.jobs.jobs.Job: Job,
    domain.workflows.workflows.Workflow: Workflow,
    domain.webhooks.endpoints.WebhookEndpoint: WebhookEndpoint,
    domain.webhooks.deliveries.WebhookDelivery: WebhookDelivery,
    domain.campaigns.email_templates.EmailTemplate: EmailTemplate,
    domain.campaigns.segments.Segment: Segment,
    domain.campaigns.campaigns.Campaign: Campaign,
    domain.mail.suppressions.Suppression: Suppression,
    domain.ai.calls.AiCall: AiCall,
    domain.content.roadmap_nodes.RoadmapNode: RoadmapNode,
    domain.content.roadmap_nodes.PrerequisiteGroup: PrerequisiteGroup,
    domain.gamification.xp.XpEntry: XpEntry,
    domain.learning.enrolments.Enrolment: Enrolment,
    domain.learning.evidence.Evidence: Evidence,
    domain.content.collaborators.Collaborator: Collaborator,
    domain.privacy.exports.DataExport: DataExport,
    domain.uploads.uploads.Upload: Upload,
    domain.media.media.Media: Media,
    domain.imports.runs.imports.Import: Import,
    domain.quality.question_reports.QuestionReport: QuestionReport,
    domain.generation.generations.Generation: Generation,
    domain.generation.generations.Explanation: Explanation,
}
"""The type that implements Node for each domain entity; a question's depends on its kind (graph.content.questions)."""


@cache
def strawberry_schema() -> strawberry.Schema:
    """Build the schema once; raises where a coordinate has no rule."""
    for entity, graph_type in NODES.items():
        is_node_of(entity, graph_type)
    schema = strawberry.Schema(
        query=_root("Query", QUERIES, "What can be read."),
        mutation=_root(
            "Mutation", MUTATIONS, "What can be changed; each mutation takes effect completely or not at all."
        ),
        subscription=_root("Subscription", SUBSCRIPTIONS, "What can be subscribed to."),
        types=QUESTION_TYPES,
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    declare_one_of(executable(schema))
    bind_rules(executable(schema))
    return schema


def _root(name: str, parts: tuple[type, ...], description: str) -> type:
    root: type = merge_types(name, parts)
    get_object_definition(root, strict=True).description = description
    return root


def declare_one_of(schema: GraphQLSchema) -> None:
    """Mark the one-of inputs for graphql-core, so that validation refuses what Strawberry would refuse only later."""
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            definition = definition_of(type_)
            type_.is_one_of = bool(definition and definition.is_one_of)


def executable(schema: strawberry.Schema | None = None) -> GraphQLSchema:
    """Return graphql-core's schema, against which documents are executed."""
    core: GraphQLSchema = (schema or strawberry_schema())._schema  # noqa: SLF001 - Strawberry offers no other way
    return core


@cache
def sdl() -> str:
    """Return the sorted SDL; `schema.graphql` holds exactly this."""
    return print_sorted(strawberry_schema())
