"""Flag scenes: feature flags and a service status of which every field has something to show."""

from collections.abc import Sequence
from typing import Any

from domain.accounts.users import Role
from domain.dependency_table import MAIL_SERVER
from domain.feature_flags.flag_table import CONTENT_IMPORTS
from domain.ids import UserId
from domain.service_status.parts import PartState, Trouble
from gateway.service_status.status_board import StatusBoard
from tests.builders import mint
from tests.support.accounts import accepted
from tests.support.jobs import an_operator
from tests.support.list_fields import ListPaths
from tests.support.schema_client import Asker, viewer_of
from tests.support.seen_fields import WatchingAsker, everything


async def of_flag_role(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Set a flag for one role after the other, and look for whom it is on."""
    operator = await an_operator(ask)
    found = []
    for value in values:
        await accepted(ask, operator, "setFeatureFlag", key=CONTENT_IMPORTS.key, enabled=True, roles=[value])
        viewers = [viewer_of(UserId(mint("user")), role) for role in Role]
        found.append([ask.ports.flags.is_on(CONTENT_IMPORTS, viewer) for viewer in viewers])
    return found


async def flags_of_every_kind(ask: WatchingAsker) -> None:
    """Switch one flag for some users, and let mails not be sent; then look at all of it."""
    user, viewer = await ask.learner(roles=[Role.LEARNER, Role.OPERATOR])
    await accepted(
        ask,
        viewer,
        "setFeatureFlag",
        key="content_imports",
        enabled=True,
        percentage=5,
        roles=["AUTHOR"],
        userIds=[user.id],
    )
    ask.ports.service_status = board = StatusBoard()
    board.show([Trouble(cause=MAIL_SERVER.name, state=PartState.DOWN, since=ask.clock())])
    none = ListPaths({})
    for field, kind in (
        ("featureFlags", "FeatureFlag"),
        ("featureFlagSettings", "FeatureFlagSetting"),
        ("serviceStatus", "ServiceStatus"),
    ):
        await ask.data(f"{{ {field} {everything(kind, 2, none)} }}", viewer)
