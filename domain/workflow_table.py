"""Workflow table: the templates that come with the platform, and what all templates may name."""

from datetime import UTC, datetime

from domain import job_table
from domain.analytics import weekly_digests
from domain.imports.runs import import_jobs
from domain.jobs.job_kinds import JobKinds
from domain.privacy import erasure
from domain.workflows.templates import (
    StepTemplate,
    WaitFor,
    WorkflowInput,
    WorkflowInputType,
    WorkflowTemplate,
)
from domain.workflows.vocabulary import Conditions, Vocabulary

RECOMPUTE_PROJECTIONS = WorkflowTemplate(
    name="recompute_projections",
    version=0,
    description="Computes the leaderboards and the analytics again, then compares all XP totals with the ledger.",
    inputs=[WorkflowInput(name="weeks", type=WorkflowInputType.INTEGER)],
    steps=[
        StepTemplate(
            key="leaderboards",
            kind=job_table.REBUILD_LEADERBOARDS.name,
            arguments={"weeks": {"from": "inputs.weeks"}},
            after=[],
        ),
        StepTemplate(key="analytics", kind=job_table.REBUILD_ANALYTICS.name, arguments={}, after=[]),
        StepTemplate(
            key="reconcile",
            kind=job_table.RECONCILE_XP.name,
            arguments={},
            after=["leaderboards", "analytics"],
            wait_for=WaitFor.ALL,
        ),
    ],
    is_shipped=True,
    saved_at=datetime(2026, 1, 1, tzinfo=UTC),
)

WEEKLY_DIGEST = WorkflowTemplate(
    name=weekly_digests.TEMPLATE,
    version=0,
    description="Posts the weekly digests of readers who are due, then counts them by their outcome.",
    inputs=[
        WorkflowInput(name="monday", type=WorkflowInputType.STRING, required=True),
        WorkflowInput(name="readers", type=WorkflowInputType.STRINGS, required=True),
    ],
    steps=[
        StepTemplate(
            key="post",
            kind=weekly_digests.SEND_DIGEST.name,
            arguments={"user_id": {"from": "item"}, "monday": {"from": "inputs.monday"}},
            after=[],
            for_each="inputs.readers",
        ),
        StepTemplate(
            key="count",
            kind=weekly_digests.COUNT_DIGESTS.name,
            arguments={"results": {"from": "results.post.items"}},
            after=["post"],
        ),
    ],
    is_shipped=True,
    saved_at=datetime(2026, 3, 1, tzinfo=UTC),
)
_WHOSE = {"user_id": {"from": "inputs.user_id"}}
ACCOUNT_ERASURE = WorkflowTemplate(
    name=erasure.TEMPLATE,
    version=0,
    description="Revokes the access of an account, anonymises it, and looks whether rows of it are left.",
    inputs=[WorkflowInput(name="user_id", type=WorkflowInputType.STRING, required=True)],
    steps=[
        StepTemplate(key="revoke", kind=erasure.REVOKE_ACCESS.name, arguments=_WHOSE, after=[]),
        StepTemplate(
            key="erase",
            kind=erasure.ERASE_ACCOUNT.name,
            arguments=_WHOSE,
            after=["revoke"],
            condition=f"results.revoke.outcome == '{erasure.REVOKED}'",
        ),
        StepTemplate(
            key="verify",
            kind=erasure.VERIFY_ERASURE.name,
            arguments=_WHOSE,
            after=["erase"],
            condition=f"results.erase.outcome == '{erasure.ERASED}'",
        ),
    ],
    is_shipped=True,
    saved_at=datetime(2026, 3, 1, tzinfo=UTC),
)

_WHICH = {"import_id": {"from": "inputs.import_id"}, "user_id": {"from": "inputs.user_id"}}
LARGE_IMPORT = WorkflowTemplate(
    name=import_jobs.TEMPLATE,
    version=0,
    description="Tells what an uploaded file is, reads it into a table, stores all of it at once, and counts that.",
    inputs=[
        WorkflowInput(name="import_id", type=WorkflowInputType.STRING, required=True),
        WorkflowInput(name="user_id", type=WorkflowInputType.STRING, required=True),
    ],
    steps=[
        StepTemplate(key="check", kind=import_jobs.CHECK.name, arguments=_WHICH, after=[]),
        StepTemplate(
            key="stage",
            kind=import_jobs.STAGE.name,
            arguments=_WHICH,
            after=["check"],
            condition=f"results.check.outcome == '{import_jobs.READ}'",
        ),
        StepTemplate(
            key="keep",
            kind=import_jobs.KEEP.name,
            arguments=_WHICH,
            after=["stage"],
            condition=f"results.stage.outcome == '{import_jobs.READ}'",
        ),
        StepTemplate(key="report", kind=import_jobs.REPORT.name, arguments=_WHICH, after=["keep"]),
    ],
    is_shipped=True,
    saved_at=datetime(2026, 11, 1, tzinfo=UTC),
)

SHIPPED = (RECOMPUTE_PROJECTIONS, WEEKLY_DIGEST, ACCOUNT_ERASURE, LARGE_IMPORT)
"""The templates of the platform; a worker stores those that have changed when it starts."""


def vocabulary(conditions: Conditions, kinds: JobKinds = job_table.KINDS) -> Vocabulary:
    """Return what templates may name, with the language of conditions."""
    return Vocabulary(kinds=kinds, conditions=conditions, shipped=SHIPPED)
