"""The review log: what follows from it does not depend on the order in which entries arrive."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from domain.spaced_review import memory, review_log
from domain.spaced_review.memory import CardState
from domain.spaced_review.review_log import EntryKind, LogEntry, Rating
from gateway.spaced_review.fsrs_schedulers import FsrsSchedulers
from tests.builders.reviews import NINE, an_entry, an_undo

SCHEDULER = FsrsSchedulers().of(None, retention=0.9)


IDS = st.sampled_from(["a", "b", "c", "d"])
MINUTES = st.integers(0, 60 * 24 * 40)
ENTRIES = st.one_of(
    st.builds(an_entry, MINUTES, IDS, st.sampled_from(Rating)),
    st.builds(
        lambda m, i, r: an_entry(m, i, r, kind=EntryKind.ANSWER), MINUTES, IDS, st.sampled_from(Rating)
    ),
    st.builds(an_undo, MINUTES, IDS, IDS),
)


def state_of(entries: list[LogEntry]) -> memory.CardMemory:
    return memory.of_log(entries, created_at=NINE, scheduler=SCHEDULER)


@given(entries=st.lists(ENTRIES, max_size=12), data=st.data())
def test_logs_of_two_devices_merged_in_any_order_end_in_the_same_state(
    entries: list[LogEntry], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(entries))
    cut = data.draw(st.integers(0, len(entries)))
    repeated = data.draw(st.lists(st.sampled_from(entries), max_size=3)) if entries else []

    merged = [*shuffled[cut:], *repeated, *shuffled[:cut]]

    assert state_of(merged) == state_of(entries)


@given(entries=st.lists(ENTRIES, max_size=12))
def test_the_effective_log_is_a_fixed_point(entries: list[LogEntry]) -> None:
    counted = review_log.effective(entries)

    assert review_log.effective(counted) == counted
    assert len({(entry.reviewed_at, entry.client_id) for entry in counted}) == len(counted)


def test_an_undo_takes_back_its_review_even_if_it_comes_first() -> None:
    log = [an_undo(-5, "undo", "b"), an_entry(0, "a"), an_entry(10, "b", Rating.AGAIN)]

    assert review_log.effective(log) == [log[1]]
    assert state_of(log) == state_of([log[1]])


def test_an_answer_in_an_attempt_is_not_taken_back() -> None:
    log = [an_entry(0, "a", kind=EntryKind.ANSWER), an_undo(5, "undo", "a")]

    assert review_log.effective(log) == [log[0]]


def test_without_entries_a_card_is_new_and_due_since_it_was_made() -> None:
    found = state_of([])

    assert found.memory == memory.unseen(NINE)
    assert (found.memory.state, found.reviews, found.outcomes) == (CardState.NEW, 0, [])


def test_a_lapse_is_a_card_that_was_known() -> None:
    day = 60 * 24
    found = state_of(
        [
            an_entry(0, rating=Rating.AGAIN),
            an_entry(1, "b", Rating.EASY),
            an_entry(9 * day, "c", Rating.AGAIN),
        ]
    )

    assert (found.memory.state, found.lapses, found.reviews) == (CardState.RELEARNING, 1, 3)
    assert [outcome.recalled for outcome in found.outcomes] == [False]
    assert 0 < found.outcomes[0].predicted < 1


def test_only_a_first_review_by_the_learner_introduces_a_card() -> None:
    answered = an_entry(0, kind=EntryKind.ANSWER, rating=Rating.AGAIN)

    assert state_of([an_entry(0)]).introduced_on == date(2026, 3, 2)
    assert state_of([answered, an_entry(5, "b")]).introduced_on is None


def test_histories_have_the_whole_days_between_ratings() -> None:
    day = 60 * 24
    log = [an_entry(3 * day - 1, "c"), an_entry(0, "a", Rating.AGAIN), an_entry(1, "b")]

    assert review_log.histories(log) == [(1, 0), (3, 0), (3, 2)]
