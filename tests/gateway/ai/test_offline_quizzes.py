"""Quizzes and roadmaps of the offline author: whatever the source is, they meet the rules that drafts are judged by."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.accounts.users import Role
from domain.ai.requests import AiRequest, Purpose
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.generation.question_outputs import questions_shape
from domain.generation.roadmap_outputs import node_shape, roadmap_shape
from domain.ids import UserId
from gateway.ai.offline import quizzes, roadmaps

KINDS = list(QuestionKind)
TEXTS = [
    "A list holds values in order. A dictionary finds a value by its key in about 1 step. A set holds each value once.",
    "Le cœur est un muscle. Il bat 70 fois par minute, au repos.\nLe sang transporte l'oxygène.",
    "光合作用是植物利用阳光制造养分的过程。叶绿素吸收光能。氧气被释放出来。",
    "الخلية هي وحدة الحياة الأساسية. تحتوي الخلية على نواة. النواة تحفظ المعلومات.",
    "aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa",
    "x" * 60,
    "[[1]] and [[2]] are markers; & < > are marks. A [link](https://example.org) is text.",
    "Networking. Networking is domain 1.0 of Security.\nCryptography is domain 2.1 of Security.",
    "?!? ... ---- !!!! :::: ;;;; ,,,, ---- .... !!!! ???? ----",
]


def a_request(purpose: Purpose, prompt: str, **parts) -> AiRequest:
    return AiRequest(
        caller_id=UserId("user_1"),
        roles=frozenset({Role.AUTHOR}),
        purpose=purpose,
        prompt=prompt,
        longest=1,
        **parts,
    )


def written(text: str, kinds: list[QuestionKind], count: int, variant: int = 0) -> tuple[list, list[str]]:
    request = a_request(
        Purpose.QUIZ,
        "quiz",
        values={
            "count": count,
            "difficulty": "EASY",
            "kinds": ", ".join(kind.value for kind in kinds),
            "domains": "1.0, 2.1",
            "variant": variant,
        },
        quoted={"source": text},
    )
    shape = questions_shape(
        exam_type="e", domains=["1.0", "2.1"], count=count, kinds=kinds, difficulty=Difficulty.EASY
    )
    questions = shape.read(quizzes.write(request))
    return questions, shape.check(questions)


@pytest.mark.parametrize(("text", "kind"), list(product(TEXTS, KINDS)))
def test_every_kind_is_valid_for_every_text(text: str, kind: QuestionKind) -> None:
    for variant in range(3):
        assert written(text, [kind], 12, variant)[1] == []


@given(st.text(min_size=40, max_size=300), st.sampled_from(KINDS), st.integers(0, 5))
def test_questions_of_any_text_are_valid(text: str, kind: QuestionKind, variant: int) -> None:
    text = "".join(c for c in text if c.isprintable() or c == "\n").strip() or "x" * 40

    assert written(text, [kind], 6, variant)[1] == []


def test_all_kinds_are_used_and_domains_are_those_that_the_source_names() -> None:
    questions, findings = written(TEXTS[7], KINDS, len(KINDS))

    assert findings == []
    assert {words.kind for words in questions} == set(KINDS)
    assert {w.domain for w in questions if "Cryptography" in w.explanation} == {"2.1"}


def test_another_variant_asks_something_else() -> None:
    once, again = (
        written(TEXTS[0], [QuestionKind.CLOZE], 1)[0],
        written(TEXTS[0], [QuestionKind.CLOZE], 1, 1)[0],
    )

    assert once[0].prompt != again[0].prompt


@pytest.mark.parametrize("level", ["BEGINNER", "INTERMEDIATE", "ADVANCED"])
@pytest.mark.parametrize("topic", ["Rust", "日本語", "T" * 200, "a {topic} in braces"])
def test_roadmaps_are_valid(topic: str, level: str) -> None:
    values = {"level": level, "hours": 80}
    whole = a_request(Purpose.ROADMAP, "roadmap", values=values, quoted={"topic": topic, "goal": "g" * 1_000})
    part = a_request(
        Purpose.ROADMAP,
        "roadmap-node",
        values={"level": level, "variant": 4},
        quoted={"topic": topic, "node": "n" * 120, "others": ""},
    )

    roadmap = roadmap_shape().read(roadmaps.write(whole))
    node = node_shape("overview").read(roadmaps.write(part))

    assert roadmap_shape().check(roadmap) == []
    assert node_shape("overview").check(node) == []
    assert node.key == "overview"


def test_levels_and_hours_make_other_roadmaps() -> None:
    def made(level: str, hours: int) -> dict:
        values = {"level": level, "hours": hours}
        return roadmaps.write(
            a_request(Purpose.ROADMAP, "roadmap", values=values, quoted={"topic": "t", "goal": ""})
        )

    assert len(made("BEGINNER", 2)["nodes"]) > len(made("ADVANCED", 2)["nodes"])
    assert made("BEGINNER", 2) != made("BEGINNER", 9)
