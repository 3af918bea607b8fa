"""Lists of feature flags: the users that a flag names, as many as asked for, and counted."""

from domain.accounts.users import Viewer
from tests.graph.other_lists import Cost
from tests.support.accounts import accepted
from tests.support.schema_client import Asker


async def costs_of_named_users(ask: Asker, viewer: Viewer, size: int) -> dict[str, Cost]:
    """Let a flag name `size` users, and read its settings."""
    users = [(await ask.learner())[0].id for _ in range(size)]
    await accepted(ask, viewer, "setFeatureFlag", key="content_imports", enabled=True, userIds=users)
    settings = (await ask.data("{ featureFlagSettings { userIds } }", viewer))["featureFlagSettings"]
    return {"FeatureFlagSetting.userIds": (ask.statements, max(len(each["userIds"]) for each in settings))}
