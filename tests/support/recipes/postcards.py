"""Postcards: the changes of the recipe "A mutation with a table", for one kind of object in the area `learning`."""

import re
from collections.abc import Callable

NOUN, AREA = "postcards", "learning"

DOMAIN = '''"""Postcards: lines that learners write to themselves."""

from datetime import datetime
from typing import Protocol

from domain import text
from domain.acts import Act
from domain.entities import entity
from domain.ids import PostcardId, UserId


@entity
class Postcard:
    """A line with the moment it was saved."""

    id: PostcardId
    user_id: UserId
    title: str
    saved_at: datetime


class Postcards(Protocol):
    """Stores postcards."""

    async def add(self, postcard: Postcard) -> None:
        """Store a postcard."""


async def add(postcards: Postcards, *, act: Act, title: str) -> Postcard:
    """Store a line of the actor's; raises InvalidInputError for an empty or long one."""
    postcard = Postcard(
        id=PostcardId(act.mint("postcard")),
        user_id=act.user_id,
        title=text.line(title, field="title", longest=100),
        saved_at=act.now,
    )
    await postcards.add(postcard)
    return postcard
'''
TABLE = '''"""The table of postcards."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from persistence.statements import ID, MOMENT, id_column, metadata

postcards = Table(
    "postcards",
    metadata,
    id_column(),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("title", Text, nullable=False),
    Column("saved_at", MOMENT, nullable=False),
    Index("postcards_user_id_id_idx", "user_id", "id"),
)
'''
MIGRATION = '''"""Postcards."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{newest}"

ID = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "postcards",
        sa.Column("id", ID, primary_key=True),
        sa.Column("user_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("postcards_user_id_id_idx", "postcards", ["user_id", "id"])


def downgrade() -> None:
    op.drop_table("postcards")
'''
STORE = '''"""Postcards in Postgres."""

from dataclasses import fields

from sqlalchemy import bindparam, insert

from domain.learning.postcards import Postcard
from persistence.database import SqlConnection
from persistence.statements import Statement
from persistence.tables.learning.postcards import postcards

_ADD = Statement(insert(postcards).values({column.name: bindparam(column.name) for column in postcards.c}))


class SqlPostcards:
    """Postcards in the table `postcards`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, postcard: Postcard) -> None:
        """Store a postcard."""
        values = {field.name: getattr(postcard, field.name) for field in fields(Postcard)}
        await self._connection.run(_ADD, **values)
'''
RESOLVER = '''"""Resolvers of postcards."""

from domain.learning import postcards
from domain.learning.postcards import Postcard
from resolvers.context import Context


async def add_postcard(context: Context, *, title: str) -> Postcard:
    """Add a postcard."""
    async with context.open_work() as work:
        return await postcards.add(work.postcards, act=context.act(), title=title)
'''
GRAPH = '''"""Postcards in the schema."""

import strawberry

from domain.ids import PostcardId
from graph.directives import reads_learning, writes_learning
from graph.fields import attribute, given
from graph.mutations import mutated_by
from resolvers.learning import postcards


@strawberry.type(description="A line that a learner wrote to themselves.", directives=[*reads_learning()])
class Postcard:
    """A postcard."""

    id: PostcardId = attribute("The postcard's id.")
    title: str = attribute("The line.")


@strawberry.input(description="The postcard to add.")
class AddPostcardInput:
    """The input of addPostcard."""

    title: str = given("The line, up to 100 characters.", required=True)


@strawberry.type
class PostcardMutations:
    """Mutations of postcards."""

    add_postcard = mutated_by(
        postcards.add_postcard,
        input=AddPostcardInput,
        gives={"postcard": (Postcard, "The new postcard.")},
        rule=writes_learning(),
        description="Adds a postcard.",
    )
'''
TEST = '''"""Postcards through the schema."""

from tests.support.schema_client import Asker

ADD = """mutation ($title: String!) {
  addPostcard(input: {title: $title}) { postcard { id title } userErrors { ... on UserError { code } } }
}"""


async def test_a_postcard_is_added(ask: Asker) -> None:
    _, viewer = await ask.learner()

    added = (await ask.data(ADD, viewer, title=" Knots "))["addPostcard"]
    refused = (await ask.data(ADD, viewer, title=" "))["addPostcard"]

    assert added["postcard"]["id"].startswith("postcard_")
    assert (added["postcard"]["title"], added["userErrors"]) == ("Knots", [])
    assert (refused["postcard"], refused["userErrors"]) == (None, [{"code": "INVALID_INPUT"}])
'''


def inserted(text: str, *changes: tuple[str, str]) -> str:
    """Insert lines after the first match of each pattern."""
    for pattern, lines in changes:
        match = re.search(pattern, text, re.MULTILINE)
        assert match is not None, pattern
        text = text[: match.end()] + lines + text[match.end() :]
    return text


def add_id(text: str) -> str:
    return inserted(
        text,
        (r"^GoalId = .*\n", 'PostcardId = NewType("PostcardId", str)\n'),
        (r"^PREFIXES: .*\{\n", '    PostcardId: "postcard",\n'),
    )


def add_property(text: str) -> str:
    return inserted(
        text,
        (r"^from typing import Protocol\n\n", "from domain.learning.postcards import Postcards\n"),
        (r"\Z", '\n    @property\n    def postcards(self) -> Postcards:\n        """Postcards."""\n'),
    )


def add_store(text: str) -> str:
    return inserted(
        text,
        (r"(?=^from persistence\.learning\.)", "from persistence.learning.postcards import SqlPostcards\n"),
        (r"(?=^    goals = _Store)", "    postcards = _Store(SqlPostcards)\n"),
    )


def add_section(text: str) -> str:
    return inserted(text, (r"^SECTIONS: .*\{\n", '    "postcards": ("user_id = :user_id", "to_jsonb(t)"),\n'))


def add_deletion(text: str) -> str:
    statement = "DELETE FROM postcards WHERE user_id = :user_id"
    return inserted(text, (r"^REMOVED: .*\{\n", f'    "postcards": "{statement}",\n'))


def add_mutation(text: str) -> str:
    return inserted(
        text,
        (r"(?=^from graph\.learning\.)", "from graph.learning.postcards import PostcardMutations\n"),
        (r"^MUTATIONS = \(\n", "    PostcardMutations,\n"),
    )


NEW_FILES = {
    "domain/learning/postcards.py": DOMAIN,
    "persistence/tables/learning/postcards.py": TABLE,
    "migrations/versions/{revision}_postcards.py": MIGRATION,
    "persistence/learning/postcards.py": STORE,
    "resolvers/learning/postcards.py": RESOLVER,
    "graph/learning/postcards.py": GRAPH,
    "tests/graph/learning/test_postcards.py": TEST,
}
"""The files to write; `revision` and `newest` stand for the numbers of the migration and of the one before it."""
EDITED_FILES: dict[str, Callable[[str], str]] = {
    "domain/ids.py": add_id,
    "domain/learning/work.py": add_property,
    "persistence/stores.py": add_store,
    "persistence/privacy/export_sections.py": add_section,
    "persistence/privacy/deletion.py": add_deletion,
    "graph/root_fields.py": add_mutation,
}
"""The files to change, each with the function that changes its text."""
