"""Exam types and their domains in Postgres."""

from dataclasses import fields

from sqlalchemy import ARRAY, any_, bindparam, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import insert

from domain.content.exam_types import MOST_DOMAINS, MOST_EXAM_TYPES, ExamDomain, ExamType
from domain.ids import ExamDomainId, ExamTypeId
from persistence.database import SqlConnection
from persistence.paging import parent_key, parents
from persistence.statements import ID, Statement, by_key, columns_for, grouped
from persistence.tables.content.exam_types import exam_domains, exam_types

_type, _domain = columns_for(ExamType, exam_types), columns_for(ExamDomain, exam_domains)
_ids = bindparam("ids", type_=ARRAY(ID))
_ALL = Statement(
    select(*_type).order_by(exam_types.c.code).limit(literal_column(str(MOST_EXAM_TYPES))), ExamType
)
_BY_IDS = Statement(select(*_type).where(exam_types.c.id == any_(_ids)), ExamType)
_codes = bindparam("codes", type_=ARRAY(ID))
_BY_CODES = Statement(select(*_type).where(exam_types.c.code == any_(_codes)), ExamType)
_DOMAINS_BY_IDS = Statement(select(*_domain).where(exam_domains.c.id == any_(_ids)), ExamDomain)
_of_parent = (
    select(*_domain)
    .where(exam_domains.c.exam_type_id == parent_key)
    .order_by(exam_domains.c.code)
    .limit(literal_column(str(MOST_DOMAINS)))
    .lateral("of_parent")
)
_DOMAINS_OF = Statement(
    select(*columns_for(ExamDomain, _of_parent))
    .select_from(parents.join(_of_parent, true()))
    .order_by(parents.c.position, _of_parent.c.code),
    ExamDomain,
)
_ADD = Statement(
    insert(exam_types)
    .values({f.name: bindparam(f.name) for f in fields(ExamType)})
    .on_conflict_do_nothing(constraint="exam_types_code_key")
)
_domain_names = [f.name for f in fields(ExamDomain)]
_ADD_DOMAINS = Statement(
    insert(exam_domains)
    .from_select(
        _domain_names,
        select(
            func.unnest(*(bindparam(n, type_=ARRAY(exam_domains.c[n].type)) for n in _domain_names))
            .table_valued(*_domain_names)
            .render_derived()
        ),
    )
    .on_conflict_do_nothing(constraint="exam_domains_exam_type_id_code_key")
)


class SqlExamTypes:
    """Exam types in the table `exam_types`, their parts in `exam_domains`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def all(self) -> list[ExamType]:
        """Return the exam types, at most 100, by code."""
        return await self._connection.all(_ALL)

    async def by_ids(self, ids: list[ExamTypeId]) -> list[ExamType | None]:
        """Return one slot per id, in their order."""
        return by_key(ids, await self._connection.all(_BY_IDS, ids=ids), lambda found: found.id)

    async def by_codes(self, codes: list[str]) -> list[ExamType | None]:
        """Return one slot per code, in their order."""
        return by_key(codes, await self._connection.all(_BY_CODES, codes=codes), lambda found: found.code)

    async def domains_by_ids(self, ids: list[ExamDomainId]) -> list[ExamDomain | None]:
        """Return one slot per id, in their order."""
        return by_key(ids, await self._connection.all(_DOMAINS_BY_IDS, ids=ids), lambda found: found.id)

    async def domains_of(self, ids: list[ExamTypeId]) -> list[list[ExamDomain]]:
        """Return the domains of each exam type, by code, at most 40 each."""
        found = await self._connection.all(_DOMAINS_OF, keys=list(dict.fromkeys(ids)))
        return grouped(ids, found, lambda domain: domain.exam_type_id)

    async def add(self, new: ExamType) -> ExamType:
        """Insert an exam type, or return the one that already has its code."""
        await self._connection.run(_ADD, **{f.name: getattr(new, f.name) for f in fields(ExamType)})
        (stored,) = await self.by_codes([new.code])
        assert stored is not None  # noqa: S101 - it was there or was just inserted
        return stored

    async def add_domains(self, new: list[ExamDomain]) -> None:
        """Insert the domains whose code is missing, in order of code, so that concurrent calls cannot deadlock."""
        ordered = sorted(new, key=lambda domain: domain.code)
        columns = {name: [getattr(domain, name) for domain in ordered] for name in _domain_names}
        await self._connection.run(_ADD_DOMAINS, **columns)
