"""Template saves: operators store new versions of templates, and a release ships those of the platform."""

from collections.abc import Collection

from domain.accounts import audit, roles
from domain.accounts.audit import AuditAction
from domain.accounts.users import Role
from domain.acts import Act
from domain.errors import ForbiddenError, InvalidInputError
from domain.refusals import all_at_once
from domain.workflows import template_checks
from domain.workflows.step_arguments import STARTER
from domain.workflows.templates import WorkflowTemplate
from domain.workflows.vocabulary import Vocabulary
from domain.workflows.work import AdvancingWork, WorkflowsWork

MOST_TEMPLATES = 200
"""How many names of templates there are at most."""


async def save(
    work: WorkflowsWork, act: Act, vocabulary: Vocabulary, template: WorkflowTemplate
) -> WorkflowTemplate:
    """Store the next version of a template; workflows that run keep theirs.

    Only an admin in person, and who has the command line, saves one that has the name of a template of the platform.

    Raises, all at once, ForbiddenError, InvalidInputErrors, and TemplateRefusedErrors with everything that is wrong.
    """
    with all_at_once() as each:
        with each:
            if act.actor_id is not None:
                await roles.require(work.roles, user_id=act.actor_id, role=STARTER, now=act.now)
                await _check_owner(work, act, vocabulary, template.name)
        with each:
            template_checks.check(template, vocabulary)
    names = {each.name for each in await work.workflow_templates.newest(limit=MOST_TEMPLATES)}
    if len(names) >= MOST_TEMPLATES and template.name not in names:
        raise InvalidInputError(
            f"There are {MOST_TEMPLATES} templates, as many as there may be; save a new version of one of them.",
            field="name",
        )
    saved = await work.workflow_templates.add(template)
    await audit.record(
        work.audit,
        act,
        AuditAction.WORKFLOW_TEMPLATE_SAVED,
        target=saved.name,
        difference={"version": str(saved.version)},
    )
    return saved


async def _check_owner(work: WorkflowsWork, act: Act, vocabulary: Vocabulary, name: str) -> None:
    """Raise ForbiddenError where the name is one of the platform's own, unless an admin asks in person."""
    if vocabulary.kinds_of(name) is None:
        return
    account = None if act.by_key else await work.roles.account(act.user_id, now=act.now)
    if account is None or Role.ADMIN not in account.roles:
        raise ForbiddenError(
            "This template comes with the platform; only ADMIN in person saves versions of it; choose another name.",
            field="name",
        )


async def ship(work: AdvancingWork, templates: Collection[WorkflowTemplate]) -> list[str]:
    """Store the templates of the platform that this release has changed; return their names."""
    return [each.name for each in templates if await work.workflow_templates.ship(each)]
