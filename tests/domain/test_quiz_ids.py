"""Option ids tell nothing of what is right."""

import random
from collections import Counter

from domain.imports import quiz_ids
from domain.imports.question_drafts import OptionDraft
from tests.builders import mint


def test_option_ids_tell_nothing_of_the_order_in_the_file() -> None:
    options = [OptionDraft(text=str(n), correct=n == 0) for n in range(4)]
    places = Counter(
        next(place for place, (_, option) in enumerate(quiz_ids.shuffled(options, mint)) if option.correct)
        for _ in range(4_000)
    )

    assert all(850 < places[place] < 1_150 for place in range(4))


def test_the_order_of_options_cannot_be_computed_from_what_is_published() -> None:
    """The same ids go with different orders: the lots that decide are minted apart and thrown away."""
    options = [OptionDraft(text=str(n), correct=n == 0) for n in range(4)]

    def with_lots(seed: int) -> list[tuple[str, str]]:
        lots, numbers = random.Random(seed), iter(range(100))
        drawn = quiz_ids.shuffled(
            options, lambda prefix: f"{prefix}_{lots.random() if prefix == 'lot' else next(numbers):05}"
        )
        return [(option_id, option.text) for option_id, option in drawn]

    orders = [with_lots(seed) for seed in range(20)]

    assert len({tuple(option_id for option_id, _ in order) for order in orders}) == 1
    assert len({tuple(text for _, text in order) for order in orders}) > 5
