"""Resolvers of e-mail templates."""

from typing import Any

from domain.campaigns import campaign_mails, operators, template_changes
from domain.campaigns.email_templates import (
    EmailPreview,
    EmailTemplate,
    TemplateContent,
    checked_values,
)
from domain.edits import UNCHANGED, Edit
from domain.ids import EmailTemplateId
from domain.paging import Page, Window
from resolvers.context import Context


async def email_templates(context: Context, *, window: Window) -> Page[EmailTemplate]:
    """Return a page of the templates for an operator, newest first."""
    async with context.open_reads() as reads:
        await operators.require(reads, context.act())
        return await reads.email_templates.page(window)


async def preview(
    template: EmailTemplate, context: Context, *, values: dict[str, Any] | None = None
) -> EmailPreview:
    """Return a mail of the template as a reader will see it; without values, each variable shows its name."""
    given = {name: name for name in template.variables} if values is None else values
    ports = context.ports
    return campaign_mails.preview(
        template, ports.template_language, checked_values(template, given), public_url=ports.public_url
    )


async def create_email_template(
    context: Context,
    *,
    name: str,
    subject: str,
    body: str,
    text: str,
    idempotency_key: str,
    variables: list[str] | None = None,
) -> EmailTemplate:
    """Create a template."""
    content = TemplateContent(subject=subject, body=body, text=text, variables=variables or [])
    async with context.open_work() as work:
        return await template_changes.create(
            work,
            context.act(),
            context.ports.template_language,
            name=name,
            content=content,
            key=idempotency_key,
        )


async def update_email_template(
    context: Context,
    *,
    id: EmailTemplateId,
    version: int,
    name: Edit[str | None] = UNCHANGED,
    subject: Edit[str | None] = UNCHANGED,
    body: Edit[str | None] = UNCHANGED,
    text: Edit[str | None] = UNCHANGED,
    variables: Edit[list[str] | None] = UNCHANGED,
) -> EmailTemplate:
    """Store the next version of a template."""
    async with context.open_work() as work:
        return await template_changes.update(
            work,
            context.act(),
            context.ports.template_language,
            id,
            version=version,
            name=name,
            subject=subject,
            body=body,
            text=text,
            variables=variables,
        )


async def delete_email_template(context: Context, *, id: EmailTemplateId) -> EmailTemplate:
    """Delete a template."""
    async with context.open_work() as work:
        return await template_changes.delete(work, context.act(), id)
