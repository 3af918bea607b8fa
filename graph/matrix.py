"""The access matrix: every coordinate of the schema against every role, as a page for reviewers."""

import sys

from domain.ids import SessionId, UserId
from domain.scopes import Scope
from domain.users import Role, Viewer
from graph.directives import Owner, RequiresScopes, Reveal
from graph.rules import Rules, rules_of
from graph.schema import executable

ALLOWED = "yes"
OWN = "own"
REFUSED = "-"

_HEADER = """# Access matrix

Who may read or run what, written by `make access-matrix` from the rules that the schema prints and enforces. `yes`:
allowed by role. `own`: the value is there for the owner of the row alone and null for others. `-`: refused with
UNAUTHENTICATED or FORBIDDEN before anything runs. `API key`: the scopes that a key needs beside the roles of its
owner; `any` where everyone may read it, `-` where no key reaches.
"""


def callers() -> dict[str, Viewer | None]:
    """Return the anonymous caller and one of each role."""
    viewers: dict[str, Viewer | None] = {"anonymous": None}
    for role in Role:
        viewers[role.value.lower()] = Viewer(
            user_id=UserId("user_of_the_matrix"),
            session_id=SessionId("session_of_the_matrix"),
            roles=frozenset({role}),
        )
    return viewers


def cell(rules: Rules, coordinate: str, viewer: Viewer | None) -> str:
    """Return what the rules of a coordinate say to a caller."""
    found = rules[coordinate]
    if any(rule.refusal(viewer) for rule in found):
        return REFUSED
    return OWN if any(isinstance(rule, Owner | Reveal) for rule in found) else ALLOWED


def of_keys(rules: Rules, coordinate: str) -> str:
    """Return which scopes a key needs at a coordinate: the strictest of what holds there."""
    holder = Viewer(
        user_id=UserId("user_of_the_matrix"),
        session_id=SessionId("apikey_of_the_matrix"),
        roles=frozenset(Role),
        scopes=frozenset(Scope),
    )
    if cell(rules, coordinate, holder) == REFUSED:
        return REFUSED
    asked = [rule.scopes for rule in rules[coordinate] if isinstance(rule, RequiresScopes)]
    ways = [" or ".join("+".join(scope.value for scope in way) for way in scopes) for scopes in asked]
    return ", ".join(dict.fromkeys(ways)) or "any"


def matrix() -> str:
    """Return the page."""
    rules = rules_of(executable())
    viewers = callers()
    columns = ["coordinate", *viewers, "API key"]
    lines = [_HEADER, f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for coordinate in sorted(rules):
        cells = [cell(rules, coordinate, viewer) for viewer in viewers.values()]
        lines.append(f"| `{coordinate}` | {' | '.join(cells)} | {of_keys(rules, coordinate)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(matrix())
