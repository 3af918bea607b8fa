"""E-mail templates in Postgres, with all their versions."""

from typing import Any

from sqlalchemy import ARRAY, Select, all_, any_, bindparam, delete, exists, insert, literal, select, update

from domain.campaigns.campaign_states import ENDED
from domain.campaigns.email_templates import EmailTemplate
from domain.ids import EmailTemplateId
from domain.paging import Page, Window
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.statements import ID, MOMENT, Statement, by_key
from persistence.tables.campaigns.campaigns import campaigns, email_template_versions, email_templates

_versions = email_template_versions
ENDED_STATES = literal([state.value for state in ENDED], ARRAY(ID))
"""The states of campaigns that have ended, in SQL."""


def _templates(version: Any) -> Select[Any]:
    return select(
        email_templates.c.id,
        email_templates.c.name,
        _versions.c.version,
        _versions.c.subject,
        _versions.c.body,
        _versions.c.text,
        _versions.c.variables,
        email_templates.c.created_at,
        _versions.c.saved_at,
    ).select_from(
        email_templates.join(
            _versions, (_versions.c.template_id == email_templates.c.id) & (_versions.c.version == version)
        )
    )


_newest = _templates(email_templates.c.version)
_is_it = email_templates.c.id == bindparam("template_id", type_=ID)
_ADD = Statement(
    insert(email_templates).values(
        id=bindparam("template_id"),
        name=bindparam("name"),
        version=bindparam("version"),
        created_at=bindparam("created_at", type_=MOMENT),
        updated_at=bindparam("updated_at", type_=MOMENT),
    )
)
_ADD_VERSION = Statement(
    insert(_versions).values(
        template_id=bindparam("template_id"),
        **{name: bindparam(name) for name in ("version", "subject", "body", "text", "variables")},
        saved_at=bindparam("updated_at", type_=MOMENT),
    )
)
_BY_IDS = Statement(
    _newest.where(email_templates.c.id == any_(bindparam("ids", type_=ARRAY(ID)))), EmailTemplate
)
_OF_VERSION = Statement(_templates(bindparam("wanted")).where(_is_it), EmailTemplate)
_PAGES = Pages(
    _newest,
    order=[email_templates.c.id],
    descending=True,
    make=EmailTemplate,
    key_of=lambda template: (template.id,),
    name="emailTemplates",
)
_LOCK = Statement(_newest.where(_is_it).with_for_update(of=email_templates), EmailTemplate)
_PUT = Statement(
    update(email_templates)
    .where(_is_it)
    .values(
        name=bindparam("new_name"),
        version=bindparam("new_version"),
        updated_at=bindparam("changed_at", type_=MOMENT),
    )
)
_is_used = exists().where(
    campaigns.c.template_id == email_templates.c.id, campaigns.c.state != all_(ENDED_STATES)
)
_REMOVE = Statement(delete(email_templates).where(_is_it, ~_is_used))


class SqlEmailTemplates:
    """Templates in the tables `email_templates` and `email_template_versions`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, template: EmailTemplate) -> None:
        """Store a new template with its first version."""
        values = {name: getattr(template, name) for name in ("name", "version", "created_at", "updated_at")}
        await self._connection.run(_ADD, template_id=template.id, **values)
        await self._add_version(template)

    async def by_ids(self, ids: list[EmailTemplateId]) -> list[EmailTemplate | None]:
        """Return the newest version of each, one slot per id, in their order."""
        found = await self._connection.all(_BY_IDS, ids=ids)
        return by_key(ids, found, lambda template: template.id)

    async def of_version(self, template_id: EmailTemplateId, version: int) -> EmailTemplate | None:
        """Return one version of a template."""
        return await self._connection.first(_OF_VERSION, template_id=template_id, wanted=version)

    async def page(self, window: Window) -> Page[EmailTemplate]:
        """Return the newest version of each template, the newest template first."""
        return await _PAGES.read(self._connection, window)

    async def lock(self, template_id: EmailTemplateId) -> EmailTemplate | None:
        """Return the newest version, and keep others from changing the template until the transaction ends."""
        return await self._connection.first(_LOCK, template_id=template_id)

    async def put(self, template: EmailTemplate) -> None:
        """Store the next version of a template that `lock` returned."""
        await self._connection.run(
            _PUT,
            template_id=template.id,
            new_name=template.name,
            new_version=template.version,
            changed_at=template.updated_at,
        )
        await self._add_version(template)

    async def remove(self, template_id: EmailTemplateId) -> bool:
        """Remove a template with its versions; tells whether no campaign that has not ended used it."""
        return await self._connection.run(_REMOVE, template_id=template_id) > 0

    async def _add_version(self, template: EmailTemplate) -> None:
        names = ("version", "subject", "body", "text", "variables", "updated_at")
        values = {name: getattr(template, name) for name in names}
        await self._connection.run(_ADD_VERSION, template_id=template.id, **values)
