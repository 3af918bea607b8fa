"""What a learner may explore next."""

from domain.ids import TopicId
from domain.topics.next_topics import MOST_NEXT, suggested
from domain.topics.roadmaps_from_topics import level_of, nodes_of
from domain.topics.topics import Topic
from tests.builders.acts import NOON
from tests.builders.topics import a_topic


def child(of: Topic, name: str, difficulty: int, **values) -> Topic:
    return a_topic(parent_id=of.id, depth=of.depth + 1, name=name, difficulty=difficulty, **values)


def names(topics: list[Topic]) -> list[str]:
    return [topic.name for topic in topics]


def test_topics_below_an_explored_one_come_before_easier_ones_elsewhere() -> None:
    done = a_topic(name="Functions", explored_at=NOON)
    other = a_topic(name="Classes", difficulty=1)
    topics = [
        other,
        child(other, "Attributes", 0),
        done,
        child(done, "Decorators", 5),
        child(done, "Scope", 3),
    ]

    assert names(suggested(topics)) == ["Scope", "Decorators", "Attributes", "Classes"]


def test_without_an_explored_topic_the_easiest_comes_first_and_the_upper_one_of_two() -> None:
    base = a_topic(name="Python")
    topics = [child(base, "Hard", 7), child(base, "Easy", 0), base]

    assert names(suggested(topics)) == ["Python", "Easy", "Hard"]


def test_explored_topics_are_not_suggested_and_the_list_is_bounded() -> None:
    base = a_topic(explored_at=NOON)
    topics = [
        base,
        *(child(base, f"Topic {n}", n % 11, explored_at=NOON if n < 5 else None) for n in range(40)),
    ]

    found = suggested(topics)

    assert len(found) == MOST_NEXT
    assert not any(topic.explored_at for topic in found)
    assert suggested([base]) == []


def test_equal_topics_come_in_the_order_in_which_they_were_added() -> None:
    base = a_topic(explored_at=NOON)
    made = [child(base, name, 1, id=TopicId(f"topic_{name}")) for name in "abc"]

    assert names(suggested([*reversed(made), base])) == ["a", "b", "c"]


def test_a_node_needs_that_of_the_topic_above() -> None:
    base = a_topic(name="Python")
    below = child(base, "Functions", 10, description="Steps with a name.")

    first, second = nodes_of([base, below])

    assert first.needs == ()
    assert [needs.of for needs in second.needs] == [(first.key,)]
    assert (second.title, second.description) == ("Functions", "Steps with a name.")


def test_difficulties_become_three_levels() -> None:
    assert [level_of(difficulty).value for difficulty in range(11)] == [
        *["EASY"] * 4,
        *["MEDIUM"] * 4,
        *["HARD"] * 3,
    ]
