"""Paths of topics."""

import unicodedata

import pytest

from domain.errors import InvalidInputError
from domain.refusals import RefusalsError
from domain.topics import topic_paths


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("Python", ["Python"]),
        ("Python > Functions", ["Python", "Functions"]),
        ("  Python>Functions >  Closures ", ["Python", "Functions", "Closures"]),
        ("数学 > 代数", ["数学", "代数"]),
        ("רפואה > לב", ["רפואה", "לב"]),
        ("แคลคูลัส > อนุพันธ์", ["แคลคูลัส", "อนุพันธ์"]),
        ("🧪 Chemistry > 👩‍🔬", ["🧪 Chemistry", "👩‍🔬"]),
        ("A  wide   gap", ["A wide gap"]),
    ],
)
def test_a_path_is_split_at_each_sign(path: str, names: list[str]) -> None:
    assert topic_paths.parts_of(path, field="path") == names


@pytest.mark.parametrize("path", ["", " ", ">", "Python >", "> Python", "Python > > Functions"])
def test_a_path_with_an_empty_part_is_refused(path: str) -> None:
    with pytest.raises(InvalidInputError, match="path must name a topic before, between and behind each >"):
        topic_paths.parts_of(path, field="path")


@pytest.mark.parametrize(
    "path",
    [
        " > ".join("ABCDEFGHI"),
        "a" * 101,
        "Python > " + "a" * 101,
        "a" * 100_000,
        "Python\x00 > Functions",
        "Python > Fun\nctions",
        "Python > \u200b",
        "Python > \u202etxt",
    ],
)
def test_too_long_paths_and_control_characters_are_refused(path: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        topic_paths.parts_of(path, field="path")

    assert refused.value.field == "path"
    assert len(refused.value.message) < 100


def test_all_parts_that_are_wrong_are_told_at_once() -> None:
    with pytest.raises(RefusalsError) as refused:
        topic_paths.parts_of("a\x00 > " + "b" * 101, field="path")

    assert len(refused.value.refusals) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("Ärger", "a\u0308rger"),
        ("Ärger", unicodedata.normalize("NFD", "ÄRGER")),
        ("Functions", "fUNCTIONS"),
        ("Fun\u200bctions", "functions"),
    ],
)
def test_names_that_differ_by_case_or_composition_are_the_same(one: str, other: str) -> None:
    assert topic_paths.key_of(one) == topic_paths.key_of(other)


def test_names_that_differ_by_accents_are_not_the_same() -> None:
    assert topic_paths.key_of("Ärger") != topic_paths.key_of("Arger")
