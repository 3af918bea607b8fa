"""Topics that a language model wrote."""

from typing import Any

import pytest

from domain.topics.generated_topics import GeneratedTopic, fresh, read, shape_for


def answer(*names: Any, difficulty: Any = 0, description: Any = "") -> dict[str, Any]:
    return {
        "topics": [{"name": name, "difficulty": difficulty, "description": description} for name in names]
    }


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (None, "topics must be a list"),
        ([], "topics must be a list"),
        ({"topics": []}, "topics must be a list"),
        ({"topics": ["Scope"]}, r"topics\[0\] must be an object"),
        (answer(*(f"Topic {n}" for n in range(21))), "topics must be a list of 1 to 20"),
        (answer(7), r"topics\[0\].name and topics\[0\].description must be strings"),
        (answer(""), r"topics\[0\].name must hold 1 to 100"),
        (answer("a > b"), r"topics\[0\].name must not hold >"),
        (answer("Scope", "a\x07"), r"topics\[1\].name must not hold control characters"),
        (answer("Scope", difficulty=11), r"topics\[0\].difficulty must be 0 to 10"),
        (answer("Scope", difficulty=True), r"topics\[0\].difficulty must be a whole number"),
        (answer("Scope", difficulty="3"), r"topics\[0\].difficulty must be a whole number"),
        (answer("Scope", description="x" * 1_001), r"topics\[0\].description must hold 0 to 1000"),
    ],
)
def test_what_is_wrong_with_an_answer_is_told(given: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read(given)


def test_an_answer_is_read_with_its_names_as_we_store_them() -> None:
    (topic,) = read(answer("  A  closure ", difficulty=4, description="Keeps names."))

    assert topic == GeneratedTopic(name="A closure", difficulty=4, description="Keeps names.")


def test_names_that_are_known_or_come_twice_are_left_out() -> None:
    generated = read(answer("Scope", "SCOPE", "Closures", "recursion"))

    assert [topic.name for topic in fresh(generated, ["closures", "Recursion"])] == ["Scope"]


def test_an_answer_without_a_new_name_has_a_finding() -> None:
    shape = shape_for(["Scope"])

    assert shape.check(read(answer("scope"))) == ["every topic is known already; name other ones"]
    assert shape.check(read(answer("scope", "Closures"))) == []
