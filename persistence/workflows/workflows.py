"""Workflows in Postgres, with their steps and the jobs of these."""

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, any_, bindparam, delete, insert, or_, select, text
from sqlalchemy import update as update_
from sqlalchemy.dialects.postgresql import JSONB

from domain.ids import JobId, UserId, WorkflowId
from domain.jobs.job_states import JobState
from domain.paging import Page, Window
from domain.time_spans import ids_within
from domain.workflows.templates import WaitFor
from domain.workflows.workflows import (
    StepJob,
    Workflow,
    WorkflowFilter,
    WorkflowState,
    WorkflowStep,
    WorkflowStepState,
)
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, MOMENT, Statement, by_key, columns_for, grouped
from persistence.tables.workflows.workflows import workflow_jobs, workflow_steps, workflows

_workflow = maker(Workflow, state=member_of(WorkflowState))
_step = maker(WorkflowStep, state=member_of(WorkflowStepState), wait_for=member_of(WaitFor))
_job = maker(StepJob, state=member_of(JobState))
_columns = columns_for(Workflow, workflows)
_step_columns = columns_for(WorkflowStep, workflow_steps)
_job_columns = columns_for(StepJob, workflow_jobs)
_JSON = JSONB(none_as_null=True)

_ADD = Statement(insert(workflows).values({column.name: bindparam(column.name) for column in workflows.c}))
_ADD_STEPS = Statement(
    text("""
    INSERT INTO workflow_steps (
        workflow_id, key, place, kind, state, waits_for, wait_for, attempts, jobs, jobs_ended
    )
    SELECT :workflow_id, key, place - 1, kind, 'WAITING',
        ARRAY(SELECT jsonb_array_elements_text(:waits_for -> key)), wait_for, 0, 0, 0
    FROM unnest(CAST(:keys AS text[]), CAST(:kinds AS text[]), CAST(:wait_for AS text[]))
        WITH ORDINALITY AS given (key, kind, wait_for, place)
    """).bindparams(bindparam("workflow_id", type_=ID), bindparam("waits_for", type_=JSONB))
)
_BY_IDS = Statement(
    select(*_columns)
    .where(workflows.c.id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(
        or_(bindparam("sees_all", type_=Boolean), workflows.c.user_id == bindparam("viewer_id", type_=ID))
    ),
    _workflow,
)
_one = workflows.c.id == bindparam("workflow_id")
_LOCK = Statement(select(*_columns).where(_one).with_for_update(), _workflow)
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    name: workflows.c[name] == bindparam(name) for name in ("user_id", "state", "template")
}
_WITHIN = (workflows.c.id >= bindparam("lowest"), workflows.c.id < bindparam("highest"))


def _pages(*names: str) -> Pages[Workflow]:
    return Pages(
        select(*_columns).where(*(_CONDITIONS[name] for name in names), *_WITHIN),
        order=[workflows.c.id],
        descending=True,
        make=_workflow,
        key_of=lambda workflow: (workflow.id,),
        name="workflows",
    )


_PAGES: dict[tuple[str, ...], Pages[Workflow]] = {
    (*owner, *names): _pages(*owner, *names)
    for owner in ((), ("user_id",))
    for names in ((), ("state",), ("template",), ("state", "template"))
}
"""One statement for each set of conditions: with only the conditions in use, it can follow an index."""
_STEPS = Statement(
    select(*_step_columns)
    .where(workflow_steps.c.workflow_id == any_(bindparam("ids", type_=ARRAY(ID))))
    .order_by(workflow_steps.c.workflow_id, workflow_steps.c.place),
    _step,
)
_PUT = Statement(
    update_(workflows)
    .where(workflows.c.id == bindparam("workflow_id"))
    .values(
        state=bindparam("new_state"),
        progress=bindparam("new_progress"),
        finished_at=bindparam("ended_at", type_=MOMENT),
    )
)
_CHANGES: dict[str, str] = {
    "state": "text[]",
    "attempts": "int[]",
    "jobs": "int[]",
    "jobs_ended": "int[]",
    "output": "jsonb[]",
    "error": "text[]",
    "started_at": "timestamptz[]",
    "finished_at": "timestamptz[]",
}
_PUT_STEPS = Statement(
    text(f"""
    UPDATE workflow_steps s SET {", ".join(f"{name} = given.{name}" for name in _CHANGES)}
    FROM unnest(CAST(:key AS text[]), {", ".join(f"CAST(:{n} AS {kind})" for n, kind in _CHANGES.items())})
        AS given (key, {", ".join(_CHANGES)})
    WHERE s.workflow_id = :workflow_id AND s.key = given.key
        AND ({", ".join(f"s.{name}" for name in _CHANGES)})
            IS DISTINCT FROM ({", ".join(f"given.{name}" for name in _CHANGES)})
    """).bindparams(bindparam("workflow_id", type_=ID))  # noqa: S608 - names of columns
)
_ADD_JOBS = Statement(
    text("""
    INSERT INTO workflow_jobs (job_id, workflow_id, step, item, state)
    SELECT job_id, :workflow_id, :step, item - 1, 'QUEUED'
    FROM unnest(CAST(:job_ids AS text[])) WITH ORDINALITY AS given (job_id, item)
    """).bindparams(bindparam("workflow_id", type_=ID), bindparam("step", type_=ID))
)
_END_JOB = Statement(
    update_(workflow_jobs)
    .where(workflow_jobs.c.job_id == bindparam("id"))
    .values(
        state=bindparam("new_state"),
        output=bindparam("new_output", type_=_JSON),
        error=bindparam("new_error"),
    )
    .returning(*_job_columns),
    _job,
)
_is_of_workflow = workflow_jobs.c.workflow_id == bindparam("of_workflow")
_JOBS = Statement(
    select(*_job_columns)
    .where(_is_of_workflow, workflow_jobs.c.step == bindparam("of_step"))
    .order_by(workflow_jobs.c.item),
    _job,
)
_DROP_JOBS = Statement(
    delete(workflow_jobs)
    .where(_is_of_workflow, workflow_jobs.c.step == any_(bindparam("steps", type_=ARRAY(ID))))
    .returning(*_job_columns),
    _job,
)
_FORGET = Statement(
    text("""
    DELETE FROM workflows WHERE id IN (
        SELECT id FROM workflows WHERE finished_at < :before ORDER BY finished_at LIMIT 10000
    )
    """).bindparams(bindparam("before", type_=MOMENT))
)


class SqlWorkflows:
    """Workflows in the tables `workflows`, `workflow_steps` and `workflow_jobs`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, workflow: Workflow, steps: list[WorkflowStep]) -> None:
        """Store a new workflow with its steps."""
        values = {column.name: _plain(getattr(workflow, column.name)) for column in workflows.c}
        await self._connection.run(_ADD, **values)
        await self._connection.run(
            _ADD_STEPS,
            workflow_id=workflow.id,
            keys=[step.key for step in steps],
            kinds=[step.kind for step in steps],
            waits_for={step.key: step.waits_for for step in steps},
            wait_for=[step.wait_for.value for step in steps],
        )

    async def lock(self, workflow_id: WorkflowId) -> Workflow | None:
        """Return the workflow, and keep all others from it until the transaction ends."""
        return await self._connection.first(_LOCK, workflow_id=workflow_id)

    async def by_ids(
        self, ids: list[WorkflowId], *, viewer_id: UserId | None, sees_all: bool
    ) -> list[Workflow | None]:
        """Return one slot per id, in order; workflows of others are filled with `sees_all` only."""
        found = await self._connection.all(_BY_IDS, ids=ids, viewer_id=viewer_id, sees_all=sees_all)
        return by_key(ids, found, lambda workflow: workflow.id)

    async def page(self, asked: WorkflowFilter, window: Window) -> Page[Workflow]:
        """Return the workflows that pass the filter, newest first."""
        return await self._page(asked, window)

    async def page_of(self, user_id: UserId, asked: WorkflowFilter, window: Window) -> Page[Workflow]:
        """Return the workflows of a user that pass the filter, newest first."""
        return await self._page(asked, window, user_id=user_id)

    async def _page(self, asked: WorkflowFilter, window: Window, **owner: UserId) -> Page[Workflow]:
        wanted = {**owner, "state": _plain(asked.state), "template": asked.template}
        values = {name: value for name, value in wanted.items() if value is not None}
        low, high = ids_within(WorkflowId, asked.since, asked.until)
        return await _PAGES[tuple(values)].read(self._connection, window, lowest=low, highest=high, **values)

    async def steps_of(self, ids: list[WorkflowId]) -> list[list[WorkflowStep]]:
        """Return the steps of each workflow, in the order of the template."""
        found = await self._connection.all(_STEPS, ids=ids)
        return grouped(ids, found, lambda step: step.workflow_id)

    async def put(self, workflow: Workflow) -> None:
        """Store the state, the progress and the end of a workflow."""
        await self._connection.run(
            _PUT,
            workflow_id=workflow.id,
            new_state=workflow.state.value,
            new_progress=workflow.progress,
            ended_at=workflow.finished_at,
        )

    async def put_steps(self, steps: list[WorkflowStep]) -> None:
        """Store what may change of these steps of one workflow; unchanged rows are not written."""
        values = {name: [_plain(getattr(step, name)) for step in steps] for name in ("key", *_CHANGES)}
        await self._connection.run(_PUT_STEPS, workflow_id=steps[0].workflow_id, **values)

    async def add_jobs(self, jobs: list[StepJob]) -> None:
        """Store the jobs of a step that begins."""
        first = jobs[0]
        ids = [job.job_id for job in jobs]
        await self._connection.run(_ADD_JOBS, workflow_id=first.workflow_id, step=first.step, job_ids=ids)

    async def end_job(
        self, job_id: JobId, *, state: JobState, output: dict[str, Any] | None, error: str | None
    ) -> StepJob | None:
        """Store how a job ended; None if it is of no present attempt."""
        values = {"new_state": state.value, "new_output": output, "new_error": error}
        return await self._connection.first(_END_JOB, id=job_id, **values)

    async def jobs_of(self, workflow_id: WorkflowId, step: str) -> list[StepJob]:
        """Return the jobs of a step, in the order of their items."""
        return await self._connection.all(_JOBS, of_workflow=workflow_id, of_step=step)

    async def drop_jobs(self, workflow_id: WorkflowId, steps: list[str]) -> list[JobId]:
        """Forget the jobs of the present attempts of these steps; return those that have not succeeded."""
        dropped = await self._connection.all(_DROP_JOBS, of_workflow=workflow_id, steps=steps)
        return [job.job_id for job in dropped if job.state is not JobState.SUCCEEDED]

    async def forget(self, *, before: datetime) -> int:
        """Remove workflows that ended before; return how many."""
        return await self._connection.run(_FORGET, before=before)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
