"""Texts of language models: the same however they are cut into pieces, and without what cannot be seen."""

from hypothesis import given
from hypothesis import strategies as st

from domain import text
from domain.chats.answer_texts import AnswerText, one_line
from domain.chats.chat_messages import LONGEST_ANSWER

PLAIN = [*"ab1 \n\t\r\0\x1b", "é", "木", "🧑", "🚀"]
HIDDEN = ["\u200b", "\u200c", "\u200d", "\ufe0f", "\u20e3", "\u202e", "\u2028"]
FLAGS_AND_LIGATURES = ["\N{WAVING BLACK FLAG}", "\U000e0067", "\U000e007f", "क", "\u094d", "ा"]
CHARACTERS = st.sampled_from([*PLAIN, *HIDDEN, *FLAGS_AND_LIGATURES])


def taken(pieces: list[str]) -> str:
    answer = AnswerText()
    return "".join([*(answer.take(piece) for piece in pieces), answer.rest()])


@given(st.lists(st.text(CHARACTERS, max_size=6), max_size=12))
def test_the_cuts_between_pieces_do_not_matter(pieces: list[str]) -> None:
    whole = "".join(pieces)

    assert taken(pieces) == taken([whole]) == taken(list(whole))


@given(st.text(CHARACTERS, max_size=40))
def test_what_is_left_passes_the_rule_of_texts(written: str) -> None:
    clean = taken([written])

    assert text.visible(clean) == clean
    text.prose(clean, field="answer", longest=100)


def test_line_breaks_and_needed_marks_stay() -> None:
    assert taken(["a\r", "\nb\rc\u2028d"]) == "a\nb\nc\nd"
    assert taken(["👩\u200d", "🚀 1\ufe0f", "\u20e3"]) == "👩\u200d🚀 1\ufe0f\u20e3"
    assert taken(["a\u200bb\u202ec\0d"]) == "abcd"


def test_an_answer_has_a_longest_length() -> None:
    answer = AnswerText()

    kept = "".join(answer.take("x" * 999) for _ in range(60)) + answer.rest()

    assert len(kept) == LONGEST_ANSWER
    assert answer.is_full


def test_a_line_is_cut_at_a_word_and_has_no_marks_around_it() -> None:
    assert one_line('**"What\n a tree is"**', longest=40) == "What a tree is"
    assert one_line("one two three", longest=9) == "one two"
    assert one_line("\u200b# ", longest=9) == ""
