"""Values that nothing acts on any more: the role SERVICE, and FRIENDS, which hid a field from everyone."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

_VISIBLE = ("avatar_visibility", "bio_visibility", "joined_visibility")


def upgrade() -> None:
    op.execute("UPDATE users SET roles = array_remove(roles, 'SERVICE') WHERE 'SERVICE' = ANY (roles)")
    for name in _VISIBLE:
        users = sa.table("users", sa.column(name, sa.Text))
        op.execute(users.update().where(users.c[name] == "FRIENDS").values({name: "NOBODY"}))
        op.create_check_constraint(op.f(f"users_{name}_check"), "users", f"{name} IN ('EVERYONE', 'NOBODY')")


def downgrade() -> None:
    for name in reversed(_VISIBLE):
        op.drop_constraint(op.f(f"users_{name}_check"), "users")
