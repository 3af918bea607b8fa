"""Produced members: where the code of the product gives out a member of an enum, rather than asking for it."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path

from tests.architecture.layout import ROOT, modules

_ASKS = (ast.Compare, ast.Set, ast.match_case)
"""What a member is compared with, looked up in, or matched by."""


def produced_members(*packages: str) -> dict[str, set[str]]:
    """Return the names of the members that modules produce, by the name of their class; tables only list them."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in modules(*packages):
        if "tables" not in path.parts:
            for class_, member in _produced(path):
                found[class_].add(member)
    return found


def attributes_read(*packages: str, without: Path | None = None) -> set[str]:
    """Return the names of all attributes that modules read."""
    paths = (path for path in modules(*packages) if path != without)
    return {node.attr for node in _nodes(paths) if isinstance(node, ast.Attribute)}


def classes_called(*packages: str) -> set[str]:
    """Return the names of everything that modules call."""
    calls = [node.func for node in _nodes(modules(*packages)) if isinstance(node, ast.Call)]
    return {name for call in calls if (name := _name_of(call))}


@cache
def _nodes_of(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse((ROOT / path).read_text("utf-8"))))


def _nodes(paths: Iterable[Path]) -> Iterator[ast.AST]:
    return chain.from_iterable(map(_nodes_of, paths))


@cache
def _produced(path: Path) -> frozenset[tuple[str, str]]:
    nodes = _nodes_of(path)
    parents = {child: node for node in nodes for child in ast.iter_child_nodes(node)}
    return frozenset(
        (_name_of(node.value), node.attr)
        for node in nodes
        if isinstance(node, ast.Attribute) and not _is_asked_for(node, parents)
    )


def _name_of(node: ast.AST) -> str:
    """Return the name by which a node names something in this module or another; empty for anything else."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _is_asked_for(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Tell whether a member is only compared with: as an operand, in a set, or as a key."""
    below, above = node, parents.get(node)
    while isinstance(above, ast.expr | ast.match_case):
        if isinstance(above, _ASKS) or (isinstance(above, ast.Dict) and below in above.keys):
            return True
        if isinstance(above, ast.IfExp) and below is not above.test:
            return False
        if isinstance(above, ast.Call):
            return _name_of(above.func) in {"frozenset", "set"}
        below, above = above, parents.get(above)
    return False
