"""Statements of imports, their findings and what they have staged."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    Integer,
    SmallInteger,
    Table,
    Text,
    any_,
    bindparam,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import JSONB

from domain.ids import ImportId
from domain.imports.reports import Finding, ImportKind, ImportOutcome
from domain.imports.runs.imports import (
    MOST_KEPT,
    FindingKind,
    Import,
    ImportFinding,
    ImportOptions,
    StagedItem,
    StagedKind,
)
from domain.workflows.workflows import GOES_ON
from persistence.paging import Pages, PagesPerKey, parent_key
from persistence.statements import ID, MOMENT, Statement, columns_for
from persistence.tables.accounts.users import users
from persistence.tables.imports.import_reports import import_findings, question_imports, staged_items
from persistence.tables.workflows.workflows import workflows

_BEHIND_REFUSALS = 1 << 40
"""What is added to the place of a loss, so that losses stand behind all refusals."""
_imports = question_imports
_columns = columns_for(Import, _imports)
_as_import: Callable[..., Import] = Import
_as_finding: Callable[..., ImportFinding] = ImportFinding
_as_staged: Callable[..., StagedItem] = StagedItem
_import_id = bindparam("import_id", type_=ID)
_author = _imports.c.author_id == bindparam("author_id", type_=ID)
_is_done = or_(
    *(_imports.c.outcome == each.value for each in (ImportOutcome.STORED, ImportOutcome.UNCHANGED))
)
_goes_on = or_(*(workflows.c.state == state.value for state in sorted(GOES_ON, key=str)))


def import_of(*values: Any) -> Import:
    """Build an import from the columns of its fields."""
    id_, author_id, kind, filename, format_, encoding, content_hash, outcome, *rest = values
    ended = None if outcome is None else ImportOutcome(outcome)
    return _as_import(
        id_, author_id, ImportKind(kind), filename, format_, encoding, content_hash, ended, *rest
    )


def _with_options(*values: Any) -> tuple[Import, ImportOptions]:
    *columns, options = values
    return import_of(*columns), ImportOptions(**options)


def _finding(import_id: ImportId, kind: str, place: int, line: int, item: str, reason: str) -> ImportFinding:
    return _as_finding(import_id, FindingKind(kind), place, line, item, reason)


def _staged(place: int, kind: str, line: int, content_hash: str, content: dict[str, Any]) -> StagedItem:
    return _as_staged(place, StagedKind(kind), line, content_hash, content)


def _insert_rows(table: Table) -> Any:
    """Return an INSERT of all rows of one JSON parameter, each with the import."""
    others = [column for column in table.c if column.name != "import_id"]
    rows = (
        func.jsonb_to_recordset(bindparam("rows", type_=JSONB))
        .table_valued(*(sql_column(c.name, Text() if isinstance(c.type, Text) else c.type) for c in others))
        .render_derived(with_types=True)
    )
    return insert(table).from_select(["import_id", *(c.name for c in others)], select(_import_id, *rows.c))


ADD = Statement(
    insert(_imports).values(
        id=bindparam("id"),
        author_id=bindparam("author_id"),
        kind=bindparam("kind"),
        filename=bindparam("filename"),
        file_hash=bindparam("file_hash"),
        options=bindparam("options", type_=JSONB),
        upload_id=bindparam("upload_id"),
        workflow_id=bindparam("workflow_id"),
        progress=0,
        begun_at=bindparam("now"),
    )
)
BY_IDS = Statement(
    select(*_columns)
    .where(_imports.c.id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(_imports.c.author_id == bindparam("viewer_id", type_=ID)),
    import_of,
)
FIND = Statement(
    select(*_columns, _imports.c.options).where(_imports.c.id == _import_id).with_for_update(),
    _with_options,
)
EARLIER = Statement(
    select(*_columns)
    .select_from(_imports.outerjoin(workflows, workflows.c.id == _imports.c.workflow_id))
    .where(_author, _imports.c.file_hash == bindparam("file_hash"), _imports.c.kind == bindparam("kind"))
    .where(_imports.c.options == bindparam("options", type_=JSONB))
    .where(or_(_is_done, _imports.c.outcome.is_(None) & _goes_on))
    .order_by(_imports.c.id.desc())
    .limit(1),
    import_of,
)
LOCK = Statement(
    select(users.c.id).where(users.c.id == bindparam("author_id")).with_for_update(key_share=True)
)
AT_WORK = Statement(
    select(func.count())
    .select_from(_imports.join(workflows, workflows.c.id == _imports.c.workflow_id))
    .where(_author, _imports.c.outcome.is_(None), _goes_on)
)
_kind, _outcome, _read_as = (bindparam(name, type_=Text) for name in ("kind", "outcome", "read_as"))
_is_running = bindparam("is_running", type_=Boolean)
NEWEST_FIRST = Pages(
    select(*_columns)
    .where(_author)
    .where(or_(_kind.is_(None), _imports.c.kind == _kind))
    .where(or_(_outcome.is_(None), _imports.c.outcome == _outcome))
    .where(or_(_read_as.is_(None), _imports.c.format == _read_as))
    .where(or_(_is_running.is_(None), _imports.c.outcome.is_(None) == _is_running)),
    order=[_imports.c.id],
    descending=True,
    make=import_of,
    key_of=lambda each: (each.id,),
    name="imports",
)
FINDINGS = PagesPerKey(
    select(*columns_for(ImportFinding, import_findings), import_findings.c.position)
    .where(import_findings.c.import_id == parent_key)
    .where(or_(_kind.is_(None), import_findings.c.kind == _kind))
    .where(
        select(_imports.c.id)
        .where(_imports.c.id == parent_key, _imports.c.author_id == bindparam("viewer_id", type_=ID))
        .exists()
    ),
    order=[import_findings.c.position],
    make=lambda *values: _finding(*values[:-1]),
    key_of=lambda found: (_position(found.kind, found.place),),
    name="importFindings",
)
NOTE = Statement(
    update(_imports)
    .where(_imports.c.id == _import_id)
    .values(progress=bindparam("progress", type_=SmallInteger), note=bindparam("note", type_=Text))
)
DESCRIBE = Statement(
    update(_imports)
    .where(_imports.c.id == _import_id)
    .values({name: bindparam(name, type_=Text) for name in ("format", "encoding", "content_hash")})
)
COUNT = Statement(
    update(_imports)
    .where(_imports.c.id == _import_id)
    .values(
        refused_count=_imports.c.refused_count + bindparam("refused", type_=Integer),
        loss_count=_imports.c.loss_count + bindparam("lost", type_=Integer),
    )
    .returning(_imports.c.refused_count, _imports.c.loss_count),
    lambda refused, lost: (refused, lost),
)
ACCEPT = Statement(
    update(_imports)
    .where(_imports.c.id == _import_id)
    .values(accepted=_imports.c.accepted + bindparam("more", type_=Integer))
)
ADD_FINDINGS = Statement(_insert_rows(import_findings))
STAGE = Statement(_insert_rows(staged_items))
DROP_STAGED = Statement(delete(staged_items).where(staged_items.c.import_id == _import_id))
DROP_FINDINGS = Statement(delete(import_findings).where(import_findings.c.import_id == _import_id))
RESET = Statement(
    update(_imports).where(_imports.c.id == _import_id).values(refused_count=0, loss_count=0, accepted=0)
)
STAGED = Statement(
    select(*columns_for(StagedItem, staged_items))
    .where(staged_items.c.import_id == _import_id, staged_items.c.kind == bindparam("kind", type_=Text))
    .where(staged_items.c.place > bindparam("after", type_=Integer))
    .order_by(staged_items.c.place)
    .limit(bindparam("most", type_=Integer)),
    _staged,
)
FINISH = Statement(
    update(_imports)
    .where(_imports.c.id == _import_id)
    .values(
        outcome=bindparam("outcome"),
        accepted=bindparam("accepted", type_=Integer),
        progress=100,
        note=None,
        finished_at=bindparam("now", type_=MOMENT),
    )
)


_lost = (
    select(_imports.c.id)
    .select_from(_imports.outerjoin(workflows, workflows.c.id == _imports.c.workflow_id))
    .where(_imports.c.outcome.is_(None), func.coalesce(_goes_on, false()).is_(False))
    .where(_imports.c.begun_at < bindparam("begun_before", type_=MOMENT))
)
GIVE_UP = Statement(
    update(_imports)
    .where(_imports.c.id.in_(_lost))
    .values(
        outcome=ImportOutcome.FAILED.value,
        progress=100,
        note=None,
        finished_at=bindparam("now", type_=MOMENT),
    )
)
DROP_LEFT = Statement(
    delete(staged_items).where(
        staged_items.c.import_id.in_(select(_imports.c.id).where(_imports.c.outcome.is_not(None)))
    )
)


def finding_rows(kind: FindingKind, found: Sequence[Finding], *, first: int) -> list[dict[str, Any]]:
    """Return the rows of findings, the first of which has the number `first`."""
    return [
        asdict(each) | {"kind": kind.value, "place": place, "position": _position(kind, place)}
        for place, each in enumerate(found, start=first)
        if place < MOST_KEPT
    ]


def _position(kind: FindingKind, place: int) -> int:
    return place if kind is FindingKind.REFUSED else place + _BEHIND_REFUSALS
