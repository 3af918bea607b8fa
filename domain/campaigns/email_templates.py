"""E-mail templates: subject, MJML body and text of a campaign's mails, with the variables that a campaign fills in."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from domain import text
from domain.entities import entity
from domain.errors import DomainError, InvalidInputError
from domain.ids import EmailTemplateId
from domain.paging import Page, Window
from domain.refusals import all_at_once

LONGEST_NAME = 120
LONGEST_SUBJECT = 200
LONGEST_BODY = 32_768
LONGEST_TEXT = 16_384
MOST_VARIABLES = 20
LONGEST_VALUE = 2_000
MOST_ITEMS = 50
LARGEST_VALUES = 16_384
OF_READER = ("handle", "app_url")
"""The values that each mail has besides those of the campaign: the reader's handle, and where the web app is."""
RESERVED = ("loop", "reason", "subject", "unsubscribe")
"""Names that the frame of a mail uses."""
_is_name = re.compile(r"[a-z][a-z0-9_]{0,39}").fullmatch

Value = str | list[str]
"""The value of a variable: a text, or a list of texts to loop over."""


@entity
class TemplateContent:
    """What a version of a template says.

    `body` is MJML that stands between header and footer, `subject` and `text` are plain text; all three hold values in
    the language of Jinja. `variables` are the names that a campaign gives values to.
    """

    subject: str
    body: str
    text: str
    variables: list[str]


@entity
class EmailTemplate:
    """One version of a template, by default the newest."""

    id: EmailTemplateId
    name: str
    version: int
    subject: str
    body: str
    text: str
    variables: list[str]
    created_at: datetime
    updated_at: datetime

    @property
    def content(self) -> TemplateContent:
        """What the version says."""
        return TemplateContent(subject=self.subject, body=self.body, text=self.text, variables=self.variables)


@entity
class EmailPreview:
    """A mail as a reader will see it."""

    subject: str
    html: str
    text: str


class EmailTemplateInUseError(DomainError):
    """A campaign that has not ended uses the template."""

    code = "EMAIL_TEMPLATE_IN_USE"


class TemplateLanguage(Protocol):
    """The language of templates. Its time is bounded by the size of a template and of its values."""

    def check(self, content: TemplateContent) -> None:
        """Raise InvalidInputErrors, all at once, that name the field and the line, and what is wrong there."""

    def layout(self, body: str) -> str:
        """Return the body between header and footer, as MJML that is sent with different values."""

    def text(self, source: str, values: Mapping[str, Any]) -> str:
        """Return a subject or a text with its values."""

    def html(self, layout: str, values: Mapping[str, Any]) -> str:
        """Return a layout as HTML with its values."""


class EmailTemplates(Protocol):
    """Templates with all their versions."""

    async def add(self, template: EmailTemplate) -> None:
        """Store a new template with its first version."""

    async def by_ids(self, ids: list[EmailTemplateId]) -> list[EmailTemplate | None]:
        """Return the newest version of each, one slot per id, in their order."""

    async def of_version(self, template_id: EmailTemplateId, version: int) -> EmailTemplate | None:
        """Return one version of a template."""

    async def page(self, window: Window) -> Page[EmailTemplate]:
        """Return the newest version of each template, the newest template first."""

    async def lock(self, template_id: EmailTemplateId) -> EmailTemplate | None:
        """Return the newest version, and keep others from changing the template until the transaction ends."""

    async def put(self, template: EmailTemplate) -> None:
        """Store the next version of a template that `lock` returned."""

    async def remove(self, template_id: EmailTemplateId) -> bool:
        """Remove a template with its versions; tells whether no campaign that has not ended used it."""


def checked_name(name: str) -> str:
    """Return the name if it is one line of 1 to 120 characters."""
    return text.line(name, field="name", longest=LONGEST_NAME)


def checked_field(field: str, value: Any) -> Any:
    """Return one field of a content if it keeps its own rule; raises InvalidInputError."""
    if field == "variables":
        _check_variables(value)
        return value
    if field == "subject":
        return text.line(value, field=field, longest=LONGEST_SUBJECT)
    longest = LONGEST_BODY if field == "body" else LONGEST_TEXT
    return text.prose(value, field=field, longest=longest, shortest=1)


FIELDS = ("subject", "body", "text", "variables")
"""The fields of a content."""


def checked_content(language: TemplateLanguage, content: TemplateContent) -> TemplateContent:
    """Return the content if it can be sent; raises InvalidInputErrors, all at once."""
    fields: dict[str, Any] = {}
    with all_at_once() as each:
        for field in FIELDS:
            with each:
                fields[field] = checked_field(field, getattr(content, field))
        if not each.refusals:
            language.check(TemplateContent(**fields))
    return TemplateContent(**fields)


def _check_variables(names: Sequence[str]) -> None:
    taken = {*OF_READER, *RESERVED}
    with all_at_once() as each:
        with each:
            if len(names) > MOST_VARIABLES:
                raise InvalidInputError(f"variables may hold at most {MOST_VARIABLES}.", field="variables")
        with each:
            if not all(map(_is_name, names)):
                raise InvalidInputError(
                    "The names of variables must have 1 to 40 of a-z, 0-9 and _, and begin with a letter.",
                    field="variables",
                )
        with each:
            if len(set(names)) < len(names) or not taken.isdisjoint(names):
                raise InvalidInputError(
                    f"The names of variables must differ from each other and from {', '.join(sorted(taken))}.",
                    field="variables",
                )


def check_size(values: Mapping[str, Any]) -> None:
    """Raise InvalidInputError for values that no template could show."""
    if len(json.dumps(values, default=str)) > LARGEST_VALUES:
        raise InvalidInputError(
            f"values may hold at most {LARGEST_VALUES} characters of JSON.", field="values"
        )


def checked_values(template: EmailTemplate, values: Mapping[str, Any]) -> dict[str, Value]:
    """Return the values if each variable has one that fits, and there are no others.

    Raises, all at once, InvalidInputErrors.
    """
    known, checked = set(template.variables), {}
    with all_at_once() as each:
        with each:
            if missing := sorted(known - values.keys()):
                raise InvalidInputError(
                    f"values lacks {', '.join(missing)}, which the template shows; add a text or a list of texts.",
                    field="values",
                )
        with each:
            if values.keys() - known:
                names = ", ".join(template.variables) or "none"
                raise InvalidInputError(
                    f"values may name the variables of the template: {names}; leave out the others.",
                    field="values",
                )
        for name, value in values.items():
            with each:
                if name in known:
                    checked[name] = _checked_value(name, value)
    return checked


def _checked_value(name: str, value: Any) -> Value:
    field = f"values.{name}"
    if isinstance(value, str):
        return text.prose(value, field=field, longest=LONGEST_VALUE)
    if isinstance(value, list) and len(value) <= MOST_ITEMS and all(isinstance(item, str) for item in value):
        return [text.prose(item, field=field, longest=LONGEST_VALUE) for item in value]
    raise InvalidInputError(f"{field} must be a text, or a list of at most {MOST_ITEMS} texts.", field=field)
