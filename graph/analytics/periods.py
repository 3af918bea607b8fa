"""The enum of periods, which several analytics take."""

from domain.analytics.performance import Period
from graph.enums import declare_enum

__all__ = ["Period"]

declare_enum(
    Period,
    "A number of local days that ends with today.",
    D7="The last 7 days.",
    D30="The last 30 days.",
    D90="The last 90 days.",
    ALL="Every day since the first quiz, or the first act.",
)
