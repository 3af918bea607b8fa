"""Node resolvers: objects of any kind by their id."""

from typing import Any

from domain.assessment.attempts import QuizAttempt
from domain.errors import InvalidInputError
from domain.ids import is_id
from domain.refusals import all_at_once
from domain.study.study_sessions import StudySession
from resolvers.accounts import api_keys, audit
from resolvers.accounts import loaders as account_loaders
from resolvers.ai import calls as ai_calls
from resolvers.assessment import attempts
from resolvers.assessment import loaders as assessment_loaders
from resolvers.authentication import sessions
from resolvers.authoring import loaders as authoring_loaders
from resolvers.authoring import quiz_drafts
from resolvers.batches import Batch, Rows
from resolvers.bookmarks import loaders as bookmark_loaders
from resolvers.campaigns import loaders as campaign_loaders
from resolvers.content import loaders as content_loaders
from resolvers.context import Context
from resolvers.gamification import xp
from resolvers.generation import loaders as generation_loaders
from resolvers.imports import loaders as import_loaders
from resolvers.jobs import loaders as job_loaders
from resolvers.learning import loaders as learning_loaders
from resolvers.mail import suppressions
from resolvers.media import loaders as media_loaders
from resolvers.privacy import personal_data
from resolvers.quality import loaders as quality_loaders
from resolvers.spaced_review import loaders as review_loaders
from resolvers.study import loaders as study_loaders
from resolvers.study import study_sessions
from resolvers.uploads import uploads
from resolvers.webhooks import loaders as webhook_loaders
from resolvers.workflows import loaders as workflow_loaders

MOST_NODES = 100

BATCHES: dict[str, Batch] = {
    "user": account_loaders.users_by_id,
    "aicall": ai_calls.ai_calls_by_id,
    "session": sessions.sessions_by_id,
    "apikey": api_keys.api_keys_by_id,
    "audit": audit.audit_entries_by_id,
    "export": personal_data.exports_by_id,
    "examtype": content_loaders.exam_types_by_id,
    "domain": content_loaders.exam_domains_by_id,
    "quiz": content_loaders.quizzes_by_id,
    "quizdraft": quiz_drafts.quiz_drafts_by_id,
    "question": assessment_loaders.questions_by_id,
    "attempt": assessment_loaders.attempts_by_id,
    "study": study_loaders.study_sessions_by_id,
    "goal": learning_loaders.goals_by_id,
    "bookmark": bookmark_loaders.bookmarks_by_id,
    "note": bookmark_loaders.notes_by_id,
    "reviewcard": review_loaders.review_cards_by_id,
    "job": job_loaders.jobs_by_id,
    "roadmap": content_loaders.roadmaps_by_id,
    "roadmapversion": content_loaders.roadmap_versions_by_id,
    "suppression": suppressions.suppressions_by_id,
    "workflow": workflow_loaders.workflows_by_id,
    "webhook": webhook_loaders.endpoints_by_id,
    "delivery": webhook_loaders.deliveries_by_id,
    "emailtemplate": campaign_loaders.email_templates_by_id,
    "segment": campaign_loaders.segments_by_id,
    "campaign": campaign_loaders.campaigns_by_id,
    "node": content_loaders.roadmap_nodes_by_id,
    "prerequisite": content_loaders.prerequisites_by_id,
    "enrolment": learning_loaders.enrolments_by_id,
    "evidence": learning_loaders.evidence_by_id,
    "collaborator": authoring_loaders.collaborators_by_id,
    "xp": xp.xp_entries_by_id,
    "upload": uploads.uploads_by_id,
    "media": media_loaders.media_by_id,
    "import": import_loaders.imports_by_id,
    "report": quality_loaders.reports_by_id,
    "generation": generation_loaders.generations_by_id,
    "explanation": generation_loaders.explanations_by_id,
}
"""The batch of each kind of object that `node` finds, with the row rule of its relation."""


async def node(context: Context, *, id: str) -> Any:
    """Return the object with this id; None if there is none that the caller may see."""
    return await _current(context, await _found(context, id, field="id"))


async def nodes(context: Context, *, ids: list[str]) -> list[Any]:
    """Return one object or None per id, in their order; each kind costs one statement."""
    if len(ids) > MOST_NODES:
        raise InvalidInputError(f"ids may hold at most {MOST_NODES}.", field="ids")
    with all_at_once() as each:
        for place, id_ in enumerate(ids):
            with each:
                _batch_of(id_, field=f"ids[{place}]")
    found = await context.gather(
        *(_found(context, id_, field=f"ids[{place}]") for place, id_ in enumerate(ids))
    )
    return [await _current(context, each_found) for each_found in found]


async def _found(context: Context, id_: str, *, field: str) -> Any:
    batch = _batch_of(id_, field=field)
    if batch.rows is Rows.VIEWER and context.viewer is None:
        return None
    return await context.load(batch, id_)


def _batch_of(id_: str, *, field: str) -> Batch:
    """Return the batch that finds the id; raises InvalidInputError for one that is malformed or of no such kind."""
    prefix = id_.partition("_")[0]
    batch = BATCHES.get(prefix)
    if batch is None:
        kinds = ", ".join(f"{each}_" for each in sorted(BATCHES))
        raise InvalidInputError(f"{field} must start with one of {kinds}.", field=field)
    if not is_id(id_, prefix):
        raise InvalidInputError(
            f"{field} must be an id of the form {prefix}_ and 26 characters.", field=field
        )
    return batch


async def _current(context: Context, found: Any) -> Any:
    """Return an object as the field of its own kind does: what is over by its time is ended first."""
    if isinstance(found, StudySession):
        return await study_sessions.current(context, found)
    return await attempts.current(context, found) if isinstance(found, QuizAttempt) else found
