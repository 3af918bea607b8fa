"""Template changes: operators create, change and delete e-mail templates; a change makes the next version."""

from dataclasses import replace
from functools import partial
from typing import Any

from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.campaigns import email_templates, operators
from domain.campaigns.email_templates import (
    EmailTemplate,
    EmailTemplateInUseError,
    TemplateContent,
    TemplateLanguage,
)
from domain.campaigns.work import CampaignsWork
from domain.edits import UNCHANGED, Edit, checked, settled
from domain.errors import NotFoundError
from domain.idempotency import checked_key, first_use
from domain.ids import EmailTemplateId
from domain.refusals import all_at_once


async def create(
    work: CampaignsWork,
    act: Act,
    language: TemplateLanguage,
    *,
    name: str,
    content: TemplateContent,
    key: str,
) -> EmailTemplate:
    """Store a template; the same key returns the template that its first use created.

    Raises, all at once, ForbiddenError, InvalidInputErrors that name the fields, and IdempotencyKeyReusedError.
    """
    with all_at_once() as each:
        with each:
            await operators.require(work, act)
        with each:
            name = email_templates.checked_name(name)
        with each:
            content = email_templates.checked_content(language, content)
        with each:
            key = checked_key(key)
    new = _built(EmailTemplateId(act.mint("emailtemplate")), name, content, act)
    given = {"name": name} | _parts(content)
    earlier = await first_use(
        work.receipts, act, operation="createEmailTemplate", key=key, given=given, result_id=new.id
    )
    if earlier is not None:
        (stored,) = await work.email_templates.by_ids([EmailTemplateId(earlier)])
        if stored is None:
            raise operators.removed("template")
        return stored
    return await add(work, act, new)


async def add(work: CampaignsWork, act: Act, new: EmailTemplate) -> EmailTemplate:
    """Store a template that was checked."""
    await work.email_templates.add(new)
    await _record(work, act, AuditAction.EMAIL_TEMPLATE_CREATED, new)
    return new


def _built(template_id: EmailTemplateId, name: str, content: TemplateContent, act: Act) -> EmailTemplate:
    parts = _parts(content)
    return EmailTemplate(
        id=template_id, name=name, version=1, created_at=act.now, updated_at=act.now, **parts
    )


async def update(
    work: CampaignsWork,
    act: Act,
    language: TemplateLanguage,
    template_id: EmailTemplateId,
    *,
    version: int,
    name: Edit[str | None] = UNCHANGED,
    subject: Edit[str | None] = UNCHANGED,
    body: Edit[str | None] = UNCHANGED,
    text: Edit[str | None] = UNCHANGED,
    variables: Edit[list[str] | None] = UNCHANGED,
) -> EmailTemplate:
    """Store the next version of a template; campaigns that were scheduled or started keep theirs.

    Where nothing is different, the present version stays and is returned.

    Raises, all at once, ForbiddenError, NotFoundError, VersionOutdatedError and InvalidInputErrors.
    """
    edits: dict[str, Edit[Any]] = {"subject": subject, "body": body, "text": text, "variables": variables}
    with all_at_once() as each:
        with each:
            await operators.require(work, act)
        with each:
            new_name = checked(name, email_templates.checked_name, field="name")
        for field, edit in edits.items():
            with each:
                edits[field] = checked(edit, partial(email_templates.checked_field, field), field=field)
        before = await work.email_templates.lock(template_id)
        if before is None:
            raise NotFoundError(
                "There is no such template; `emailTemplates` lists those that there are.", field="id"
            )
        with each:
            operators.check_version(before.version, version)
        content = before.content
        if not each.refusals:
            merged = {field: settled(edit, getattr(content, field)) for field, edit in edits.items()}
            content = email_templates.checked_content(language, TemplateContent(**merged))
    same = replace(before, name=settled(new_name, before.name), **_parts(content))
    if same == before:
        return before
    after = replace(same, version=before.version + 1, updated_at=act.now)
    await work.email_templates.put(after)
    await _record(work, act, AuditAction.EMAIL_TEMPLATE_UPDATED, after)
    return after


async def delete(work: CampaignsWork, act: Act, template_id: EmailTemplateId) -> EmailTemplate:
    """Delete a template that no campaign will send; raises ForbiddenError, NotFoundError or EmailTemplateInUseError."""
    await operators.require(work, act)
    before = await work.email_templates.lock(template_id)
    if before is None:
        raise NotFoundError(
            "There is no such template; `emailTemplates` lists those that there are.", field="id"
        )
    if not await work.email_templates.remove(template_id):
        raise EmailTemplateInUseError(
            "A campaign that has not ended uses this template; cancel that campaign, or give it another template.",
            field="id",
        )
    await _record(work, act, AuditAction.EMAIL_TEMPLATE_DELETED, before)
    return before


def _parts(content: TemplateContent) -> dict[str, Any]:
    return {name: getattr(content, name) for name in ("subject", "body", "text", "variables")}


async def _record(work: CampaignsWork, act: Act, action: AuditAction, template: EmailTemplate) -> None:
    difference: dict[str, str | None] = {"name": template.name, "version": str(template.version)}
    await audit.record(work.audit, act, action, target=template.id, difference=difference)
