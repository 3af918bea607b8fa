"""Reveal in study mode: the secrets of a slot, each null until its question is answered."""

from typing import Any

from domain.accounts.scopes import Scope
from graph.directives import RevealMoment, requires_scopes, reveal
from graph.fields import loaded_by
from resolvers.study import loaders


def revealed(name: str, description: str, at_most: int | None = None) -> Any:
    """Declare a secret of a study slot; one batch loads all secrets, and its SQL decides about each slot."""
    return loaded_by(
        loaders.reveals_by_study_slot,
        key="place",
        pick=name,
        description=f"{description} Null until the question is answered here, and while an open attempt asks it.",
        rule=(reveal(RevealMoment.STUDY_ANSWERED), requires_scopes(Scope.READ_LEARNING)),
        at_most=at_most,
    )
