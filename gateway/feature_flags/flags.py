"""Flags of this process: OpenFeature's client, whose provider answers from the rules that were read last."""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn
from uuid import uuid4

from openfeature import api
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import FlagNotFoundError, TypeMismatchError
from openfeature.flag_evaluation import FlagResolutionDetails, Reason
from openfeature.provider import AbstractProvider, Metadata

from domain.accounts.users import Viewer
from domain.feature_flags.evaluation import FlagReason, evaluate
from domain.feature_flags.flag_table import FLAGS
from domain.feature_flags.flags import FeatureOffError, Flag, FlagRule

_REASONS = {reason: Reason(reason.value) for reason in FlagReason}


class RuleProvider(AbstractProvider):
    """OpenFeature's provider of the flags in the table, all of which are booleans."""

    def __init__(self) -> None:
        super().__init__()
        self.rules: Mapping[str, FlagRule] = {}

    def get_metadata(self) -> Metadata:
        """Return the name of the provider."""
        return Metadata(name="questpath")

    def resolve_boolean_details(
        self,
        flag_key: str,
        default_value: bool,  # noqa: ARG002 - the default is that of the flag
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[bool]:
        """Evaluate a flag; the targeting key is the id of the user, and the attribute `roles` holds the roles."""
        flag = FLAGS.get(flag_key)
        if flag is None:
            raise FlagNotFoundError
        context = evaluation_context or EvaluationContext()
        roles: Any = context.attributes.get("roles", ())
        found = evaluate(flag, self.rules.get(flag_key), user_id=context.targeting_key, roles=roles)
        return FlagResolutionDetails(found.is_on, reason=_REASONS[found.reason])

    def resolve_string_details(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: there is no flag of this type."""
        raise TypeMismatchError

    resolve_integer_details = resolve_float_details = resolve_object_details = resolve_string_details


class FeatureFlags:
    """The flags, for the code of this process."""

    def __init__(self) -> None:
        self._provider = RuleProvider()
        domain = f"questpath {uuid4()}"
        api.set_provider_and_wait(self._provider, domain)
        self._client = api.get_client(domain)

    def is_on(self, flag: Flag, viewer: Viewer | None = None) -> bool:
        """Tell whether a flag is on for a caller."""
        context = EvaluationContext()
        if viewer is not None:
            roles = [role.value for role in viewer.roles]
            context = EvaluationContext(viewer.user_id, {"roles": roles})
        return self._client.get_boolean_value(flag.key, flag.default, context)

    def require(self, flag: Flag, viewer: Viewer | None = None) -> None:
        """Raise FeatureOffError if a flag is off for a caller."""
        if not self.is_on(flag, viewer):
            raise FeatureOffError(flag.refusal)

    def show(self, rules: Sequence[FlagRule]) -> None:
        """Go by these rules from now on."""
        self._provider.rules = {rule.key: rule for rule in rules}
