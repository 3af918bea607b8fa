"""Access matrix: a page for reviewers that lists every coordinate of the schema by role."""

import sys

from domain.accounts.scopes import Scope
from domain.accounts.users import Role, Viewer
from domain.ids import SessionId, UserId
from graph.access_rules import Rules, rules_of
from graph.directives import Owner, RequiresScopes, Reveal
from graph.schema import executable

ALLOWED = "yes"
OWN = "own"
REFUSED = "-"

_HEADER = """# Access matrix

Who may read or run what, written by `make access-matrix` from the rules that the schema prints and enforces. `yes`:
allowed by role. `own`: the value is there for the owner of the row alone and null for others. `-`: refused with
UNAUTHENTICATED or FORBIDDEN before anything runs. `API key`: the scopes that a key needs beside the roles of its
owner; `any` where everyone may read it, `-` where no key reaches. A field that is selected through an interface is
judged by the row of what the object is.
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
    """Return the cell of a coordinate for a caller: ALLOWED, OWN or REFUSED."""
    own_rules = rules[coordinate]
    if any(rule.refusal(viewer) for rule in own_rules):
        return REFUSED
    return OWN if any(isinstance(rule, Owner | Reveal) for rule in own_rules) else ALLOWED


def key_cell(rules: Rules, coordinate: str) -> str:
    """Return the scopes that an API key needs for a coordinate, those of all its rules."""
    key_viewer = Viewer(
        user_id=UserId("user_of_the_matrix"),
        session_id=SessionId("apikey_of_the_matrix"),
        roles=frozenset(Role),
        scopes=frozenset(Scope),
    )
    if cell(rules, coordinate, key_viewer) == REFUSED:
        return REFUSED
    required = [rule.scopes for rule in rules[coordinate] if isinstance(rule, RequiresScopes)]
    texts = [" or ".join("+".join(scope.value for scope in each) for each in scopes) for scopes in required]
    return ", ".join(dict.fromkeys(texts)) or "any"


def matrix() -> str:
    """Return the page as Markdown."""
    rules = rules_of(executable())
    viewers = callers()
    columns = ["coordinate", *viewers, "API key"]
    lines = [_HEADER, f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for coordinate in sorted(rules):
        cells = [cell(rules, coordinate, viewer) for viewer in viewers.values()]
        lines.append(f"| `{coordinate}` | {' | '.join(cells)} | {key_cell(rules, coordinate)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(matrix())
