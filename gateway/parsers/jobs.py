"""Parsers of the commands about jobs, queues, schedules and workflows."""

import argparse
from pathlib import Path

from domain.jobs.job_states import JobState
from gateway.parsers.commands import Commands, add_command


def add_jobs(jobs: argparse.ArgumentParser) -> None:
    """Add the commands about jobs."""
    actions = jobs.add_subparsers(required=True, metavar="ACTION")
    listed = _add(actions, "list", "jobs.jobs.list_jobs", "List the newest jobs, at most 100.")
    listed.add_argument("--state", choices=[state.value for state in JobState])
    _add_filter(listed)
    for name, description in (
        ("show", "Show a job with its arguments, result and error."),
        ("cancel", "Cancel a job that waits or runs."),
    ):
        _add(actions, name, f"jobs.jobs.{name}", description).add_argument(
            "job", help="id of the job, job_..."
        )
    started = _add(actions, "start", "jobs.jobs.start", "Start a job with the default arguments of its kind.")
    started.add_argument("kind")
    for name, description in (
        ("retry", "Queue failed jobs again."),
        ("discard", "Give failed jobs up for good."),
    ):
        action = _add(actions, name, f"jobs.jobs.{name}", description)
        action.add_argument("job", nargs="*", help="ids of failed jobs; without any, the oldest 1000")
        _add_filter(action)
        if name == "discard":
            action.add_argument("--reason", required=True, help="why, for the audit log")


def add_queues(queues: argparse.ArgumentParser) -> None:
    """Add the commands about queues."""
    actions = queues.add_subparsers(required=True, metavar="ACTION")
    _add(actions, "list", "jobs.queues.list_queues", "List the queues with what waits in them.")
    paused = add_command(actions, "pause", "jobs.queues.pause", "Let no job of a queue begin.")
    paused.add_argument("queue")
    paused.add_argument("--reason", required=True, help="why, for the audit log and other operators")
    resumed = add_command(actions, "resume", "jobs.queues.resume", "Let the jobs of a queue begin again.")
    resumed.add_argument("queue")


def add_schedules(schedules: argparse.ArgumentParser) -> None:
    """Add the commands about schedules."""
    actions = schedules.add_subparsers(required=True, metavar="ACTION")
    _add(actions, "list", "jobs.queues.list_schedules", "List the schedules with their times.")
    run = add_command(actions, "run", "jobs.queues.run_schedule", "Start the job of a schedule now.")
    run.add_argument("schedule")


def add_workflows(workflows: argparse.ArgumentParser) -> None:
    """Add the commands about workflows and their templates."""
    actions = workflows.add_subparsers(required=True, metavar="ACTION")
    listed = _add(actions, "list", "jobs.workflows.list_workflows", "List the newest workflows, at most 100.")
    listed.add_argument("--state", help="only workflows in this state, like FAILED")
    listed.add_argument("--template", help="only workflows of this template")
    started = _add(actions, "start", "jobs.workflows.start", "Start a workflow of a template.")
    started.add_argument("template")
    started.add_argument("--version", type=int, help="version of the template; by default the newest")
    started.add_argument("--inputs", default="{}", help='JSON object, like {"weeks":2}')
    for name, description in (
        ("show", "Show a workflow with its steps."),
        ("pause", "Let no step of a workflow begin."),
        ("resume", "Begin the steps of a paused workflow that are due."),
        ("cancel", "End a workflow and its jobs."),
        ("retry", "Begin again from a step: it and all after it."),
        ("skip", "Pass over a step that waits or has failed."),
    ):
        action = _add(actions, name, f"jobs.workflows.{name}", description)
        action.add_argument("workflow", help="id of the workflow, workflow_...")
        if name in {"retry", "skip"}:
            action.add_argument("step")
    _add_templates(actions.add_parser("templates", help="List, show and save templates of workflows."))


def _add_templates(templates: argparse.ArgumentParser) -> None:
    actions = templates.add_subparsers(required=True, metavar="ACTION")
    _add(
        actions, "list", "jobs.workflow_templates.list_templates", "List the newest version of each template."
    )
    shown = _add(actions, "show", "jobs.workflow_templates.show", "Show a template; with --json as a file.")
    shown.add_argument("template")
    shown.add_argument("--version", type=int, help="by default the newest")
    saved = _add(actions, "save", "jobs.workflow_templates.save", "Store a JSON file as the next version.")
    saved.add_argument("file", type=Path)


def _add(commands: Commands, name: str, command: str, description: str) -> argparse.ArgumentParser:
    made = add_command(commands, name, command, description)
    made.add_argument("--json", action="store_true", help="print JSON for programs")
    return made


def _add_filter(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kind", help="only jobs of this kind")
    parser.add_argument("--queue", help="only jobs of this queue")
