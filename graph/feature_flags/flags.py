"""Feature flags: those of the caller, the settings of operators, and their mutations."""

from datetime import datetime

import strawberry

from domain.accounts.scopes import Scope
from domain.accounts.users import Role
from domain.errors import ForbiddenError
from domain.feature_flags.flag_changes import ALL, MOST_USERS
from domain.ids import UserId
from graph.accounts.users import User
from graph.directives import auth, public, requires_scopes
from graph.fields import attribute, given, loaded_by, resolved_by
from graph.mutations import mutated_by
from resolvers.accounts import loaders as account_loaders
from resolvers.feature_flags import flags

_READS = (auth(Role.OPERATOR), requires_scopes(Scope.READ_OPERATIONS))
_MOST_FLAGS = 100
_KEY = "The flag, one of `featureFlagSettings`."


@strawberry.type(
    description="A part of the platform that operators switch, as it is for the caller.",
    directives=[public()],
)
class FeatureFlag:
    """One flag for one caller."""

    key: str = attribute("Its name, like `registration`.")
    description: str = attribute("What works while it is on.")
    enabled: bool = attribute("Whether it is on for the caller.")


@strawberry.type(
    description="A part of the platform that operators switch, with what is set.", directives=[*_READS]
)
class FeatureFlagSetting:
    """One flag for operators."""

    key: str = attribute("Its name.")
    description: str = attribute("What works while it is on.")
    default: bool = attribute("Whether it is on where nothing is set.")
    is_per_user: bool = attribute("Whether it can be on for some users only.")
    enabled: bool = attribute("Whether it is on for anybody.")
    percentage: int | None = attribute(
        "For which share of the users it is on, in percent; null for no share."
    )
    roles: list[Role] = attribute("For which roles it is on.", at_most=len(Role))
    user_ids: list[UserId] = attribute("For which users it is on.", at_most=MOST_USERS, usual=5)
    changed_at: datetime | None = attribute("When it was set; null while it has its default.")
    changed_by: User | None = loaded_by(
        account_loaders.users_by_id,
        key="changed_by_id",
        description="Who set it; null for a command of the platform.",
    )


@strawberry.type
class FeatureFlagQueries:
    """Root fields about feature flags."""

    feature_flags: list[FeatureFlag] | None = resolved_by(
        flags.feature_flags,
        description="The feature flags as they are for the caller, by key.",
        rule=public(),
        at_most=_MOST_FLAGS,
        usual=5,
    )
    feature_flag_settings: list[FeatureFlagSetting] | None = resolved_by(
        flags.feature_flag_settings,
        description="What is set for each feature flag, by key; the caller's role is checked in the database.",
        rule=_READS,
        at_most=_MOST_FLAGS,
        usual=5,
        args={"enabled": "Only flags that are on for anybody, or only those that are off."},
    )


@strawberry.input(
    description="What a feature flag is from now on. With `percentage`, `roles` or `userIds` it is on for users who "
    "fit one of them, without them for all."
)
class SetFeatureFlagInput:
    """A flag and for whom it is on."""

    key: str = given(_KEY, required=True)
    enabled: bool = given("Whether it is on; false switches it off for all.", required=True)
    percentage: int | None = given(f"The share of the users, from 0 to {ALL} percent; always the same users.")
    roles: list[Role] | None = given("Users with one of these roles.")
    user_ids: list[UserId] | None = given(f"These users, at most {MOST_USERS}.")


@strawberry.input(description="A feature flag to give its default again.")
class ResetFeatureFlagInput:
    """A flag."""

    key: str = given(_KEY, required=True)


@strawberry.type
class FeatureFlagMutations:
    """Mutations of feature flags; the caller's role is checked in the database."""

    set_feature_flag = mutated_by(
        flags.set_feature_flag,
        input=SetFeatureFlagInput,
        gives={"setting": (FeatureFlagSetting, "What is set now.")},
        refuses=(ForbiddenError,),
        rule=auth(Role.OPERATOR),
        description="Switches a part of the platform, everywhere within a second.",
    )
    reset_feature_flag = mutated_by(
        flags.reset_feature_flag,
        input=ResetFeatureFlagInput,
        gives={"setting": (FeatureFlagSetting, "The flag with its default.")},
        refuses=(ForbiddenError,),
        rule=auth(Role.OPERATOR),
        description="Removes what was set for a feature flag, so that it has its default again.",
    )
