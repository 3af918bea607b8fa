"""Works: the stores of `Work` are those of `SqlWork`, and every area's part belongs to it."""

import typing
from importlib import import_module

from domain.unit_of_work import UnitOfWork
from domain.work import Work
from persistence.stores import SqlWork, _Store
from tests.architecture.layout import AREAS, folders


def stores_of(work: type) -> set[str]:
    return {
        name for base in work.__mro__ for name, value in vars(base).items() if isinstance(value, property)
    }


def test_the_sql_work_has_every_store_of_the_protocol_and_no_other() -> None:
    assert {name for name, value in vars(SqlWork).items() if isinstance(value, _Store)} == stores_of(Work)


def test_every_area_with_a_work_belongs_to_the_whole() -> None:
    parts = {base for base in Work.__mro__ if base not in (Work, UnitOfWork, typing.Protocol)}  # type: ignore[comparison-overlap]
    modules = {base.__module__ for base in parts if base.__module__.endswith(".work")}

    written = {f"domain.{area}.work" for area in AREAS & folders("domain") if _has_work(area)}
    assert modules == written


def _has_work(area: str) -> bool:
    try:
        import_module(f"domain.{area}.work")
    except ModuleNotFoundError:
        return False
    return True
