"""E-mail templates: the type, the list, the preview, and the mutations."""

from datetime import datetime

import strawberry

from domain.accounts.users import Role
from domain.campaigns.email_templates import (
    LONGEST_BODY,
    LONGEST_NAME,
    LONGEST_SUBJECT,
    LONGEST_TEXT,
    MOST_VARIABLES,
    OF_READER,
    EmailTemplateInUseError,
)
from domain.campaigns.operators import VersionOutdatedError
from domain.errors import ForbiddenError, IdempotencyKeyReusedError
from domain.ids import EmailTemplateId
from graph.costs import weighed
from graph.directives import auth
from graph.errors import declare_error
from graph.fields import arg, attribute, given, resolved_by
from graph.jobs.jobs import OPERATOR_READS
from graph.mutations import mutated_by
from graph.node import Node
from graph.paging import Connection
from graph.scalars import JsonObject
from resolvers.campaigns import email_templates as template_resolvers

KEY = "A new key for each new object; the same key gives the same object."
VERSION = "The version that the change was made for; another one is refused."
RULE = auth(Role.OPERATOR)
_NAME = f"Its name for operators: 1 to {LONGEST_NAME} characters."
_SUBJECT = f"The subject: 1 to {LONGEST_SUBJECT} characters."
_BODY = f"The MJML between header and footer: sections, at most {LONGEST_BODY} characters."
_TEXT = f"The same as plain text, which every mail has too: at most {LONGEST_TEXT} characters."
_VARIABLES = (
    f"The names of what a campaign fills in, at most {MOST_VARIABLES}: texts, or lists of texts to loop over. "
    f"`{'` and `'.join(OF_READER)}` are always there."
)

declare_error(
    VersionOutdatedError,
    "The object changed in the meantime: look at it, and repeat the change with its version.",
)
declare_error(EmailTemplateInUseError, "A campaign that has not ended uses the template.")


@strawberry.type(description="A mail as a reader will see it.", directives=[*OPERATOR_READS])
class EmailPreview:
    """One mail."""

    subject: str = attribute("The subject.")
    html: str = attribute("The HTML part; show it without scripts and apart from your own page.")
    text: str = attribute("The text part.")


@strawberry.type(
    description="The text of a campaign's mails, with places for values in the language of Jinja: `{{ name }}`, `if` "
    "and `for`. Each change makes the next version.",
    directives=[*OPERATOR_READS],
)
class EmailTemplate(Node):
    """One version of a template."""

    id: EmailTemplateId = attribute("The template's id, `emailtemplate_...`.")
    name: str = attribute("Its name for operators.")
    version: int = attribute("Grows with every change; send it with the next change.")
    subject: str = attribute("The subject.")
    body: str = attribute("The MJML between header and footer.")
    text: str = attribute("The text part.")
    variables: list[str] = attribute("What a campaign fills in.", at_most=MOST_VARIABLES, usual=3)
    created_at: datetime = attribute("When the template was created.")
    updated_at: datetime = attribute("When this version was saved.")
    preview: EmailPreview | None = weighed(
        resolved_by(
            template_resolvers.preview,
            description="A mail of the newest version with these values, to `reader`.",
            args={
                "values": arg(
                    JsonObject | None,
                    "A value for each of `variables`: a text, or a list of texts; by default its name.",
                )
            },
        ),
        5,
    )


@strawberry.type
class EmailTemplateQueries:
    """Root fields about templates."""

    email_templates: Connection[EmailTemplate] | None = resolved_by(
        template_resolvers.email_templates,
        description="All e-mail templates, newest first. The caller's role is checked in the database.",
        rule=OPERATOR_READS,
    )


@strawberry.input(description="The new template.")
class CreateEmailTemplateInput:
    """What a template needs."""

    name: str = given(_NAME, required=True)
    subject: str = given(_SUBJECT, required=True)
    body: str = given(_BODY, required=True)
    text: str = given(_TEXT, required=True)
    variables: list[str] | None = given(_VARIABLES)
    idempotency_key: str = given(KEY, required=True)


@strawberry.input(description="The changes; a field that is left out stays unchanged.")
class UpdateEmailTemplateInput:
    """A partial update."""

    id: EmailTemplateId = given("The template.", required=True)
    version: int = given(VERSION, required=True)
    name: str | None = given(_NAME)
    subject: str | None = given(_SUBJECT)
    body: str | None = given(_BODY)
    text: str | None = given(_TEXT)
    variables: list[str] | None = given(_VARIABLES)


@strawberry.input(description="The template to delete.")
class DeleteEmailTemplateInput:
    """A template."""

    id: EmailTemplateId = given("The template.", required=True)


@strawberry.type
class EmailTemplateMutations:
    """Mutations of templates; the caller's role is checked in the database."""

    create_email_template = mutated_by(
        template_resolvers.create_email_template,
        input=CreateEmailTemplateInput,
        gives={"template": (EmailTemplate, "The template.")},
        refuses=(ForbiddenError, IdempotencyKeyReusedError),
        rule=RULE,
        description="Creates an e-mail template; one that cannot be sent is refused with the line that is wrong.",
    )
    update_email_template = mutated_by(
        template_resolvers.update_email_template,
        input=UpdateEmailTemplateInput,
        gives={"template": (EmailTemplate, "The next version; the present one where nothing is different.")},
        refuses=(ForbiddenError, VersionOutdatedError),
        rule=RULE,
        description="Saves the next version of a template; campaigns that were scheduled or started keep theirs.",
    )
    delete_email_template = mutated_by(
        template_resolvers.delete_email_template,
        input=DeleteEmailTemplateInput,
        gives={"template": (EmailTemplate, "The template as it was.")},
        refuses=(ForbiddenError, EmailTemplateInUseError),
        rule=RULE,
        description="Deletes a template that no campaign will send.",
    )
