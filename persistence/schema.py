"""All tables, for migrations and tests: `metadata` holds the table of every module under persistence.tables."""

from importlib import import_module
from pkgutil import walk_packages

from persistence import tables
from persistence.statements import metadata

__all__ = ["metadata"]

for module in walk_packages(tables.__path__, f"{tables.__name__}."):
    import_module(module.name)
