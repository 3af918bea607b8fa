"""Orders of options: what a seed makes of the options of a question."""

from dataclasses import replace
from random import Random

from domain.content.questions import Question


def in_order_of(question: Question, seed: int) -> Question:
    """Return the question with its options in the order that the attempt's seed gives them."""
    options = list(question.options)
    random = Random(f"{seed}:{question.id}")  # noqa: S311 - an order, not a secret
    random.shuffle(options)
    if not question.blanks:
        return replace(question, options=options)
    blanks = [
        replace(blank, options=random.sample(blank.options, len(blank.options))) for blank in question.blanks
    ]
    return replace(question, options=options, blanks=blanks)
