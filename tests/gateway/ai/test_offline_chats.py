"""Chats of the author that needs no language model: Markdown, with code where the subject is code."""

import pytest

from domain.ai.requests import Purpose, Speaker, Turn
from domain.chats import answer_requests
from gateway.ai.offline import chats, sources, suggestions, titles
from tests.builders.ai import a_chat_request


@pytest.mark.parametrize(
    ("topic", "question", "fence"),
    [
        ("Python > Functions", "What is a closure?", "```python"),
        ("anything", "How do I write a loop?", "```python"),
        ("anything", "How do joins work?", "```sql"),
    ],
)
def test_code_is_shown_where_it_is_the_subject(topic: str, question: str, fence: str) -> None:
    answer = chats.write(a_chat_request(topic=topic, question=question))

    assert fence in answer
    assert answer.count("```") == 2
    assert question in answer


def test_other_subjects_have_no_code() -> None:
    assert "```" not in chats.write(a_chat_request(topic="History", question="Who was Cleopatra?"))


def test_an_answer_counts_the_questions_of_the_conversation() -> None:
    turns = [Turn(speaker=Speaker.LEARNER, text="Why?"), Turn(speaker=Speaker.AUTHOR, text="So.")]

    assert "question 2" in chats.write(a_chat_request(Purpose.CHAT, *turns, topic="a", question="How?"))


@pytest.mark.parametrize("question", ["?", "木は何ですか", "What does a compiler optimise in a loop?"])
def test_suggestions_and_titles_can_be_kept(question: str) -> None:
    given = a_chat_request(Purpose.SUGGESTIONS, topic="anything", question=question, answer="A short answer.")

    read = answer_requests.SUGGESTIONS.read(suggestions.write(given))

    assert answer_requests.SUGGESTIONS.check(read) == []
    assert answer_requests.title_of(titles.write(a_chat_request(Purpose.TITLE, text=question)))


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("What is a closure, and what does it do?", ["closure"]),
        ("How do I use SQL joins with Python?", ["SQL", "joins", "Python"]),
        ("Loops: explain loops, LOOPS!", ["Loops"]),
        ("Don't you know what that means?", []),
        ("木は何ですか", ["木は何ですか"]),
        ("x = 3?", []),
    ],
)
def test_keywords_say_what_a_text_is_about(text: str, about: list[str]) -> None:
    assert sources.keywords(text) == about


@pytest.mark.parametrize(
    ("topic", "question", "first"),
    [
        ("anything", "What is a closure?", "What is closure for?"),
        ("Python > Functions", "And what is it for?", "What is Functions for?"),
        ("anything", "What is that?", "Can you give an example?"),
        ("", "?", "Can you give an example?"),
    ],
)
def test_suggestions_ask_about_the_subject(topic: str, question: str, first: str) -> None:
    questions = suggestions.write(a_chat_request(Purpose.SUGGESTIONS, topic=topic, question=question))[
        "questions"
    ]

    assert questions[0] == first
    assert not any(stop in " ".join(questions) for stop in ("What for", "of that", "anything"))
    assert len(set(questions)) == len(questions)


def test_an_answer_names_no_stop_words() -> None:
    answer = chats.write(
        a_chat_request(topic="anything", question="What does a compiler do with what it reads?")
    )

    assert "these words: **compiler**, **reads**." in answer
    assert "**What**" not in answer
    assert "these words" not in chats.write(a_chat_request(topic="anything", question="What is that?"))
