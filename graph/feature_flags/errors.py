"""The refusal of what an operator has switched off."""

from domain.feature_flags.flags import FeatureOffError
from graph.errors import declare_error

declare_error(FeatureOffError, "An operator has switched this off for the caller; try again later.")
SWITCHABLE = (FeatureOffError,)
"""The refusals of a mutation that depends on a feature flag."""
