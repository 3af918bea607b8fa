"""Images of questions: an author adds them and names them beside a prompt or in an option, with what they show."""

from typing import Any

import pytest

from domain.accounts.users import Viewer
from domain.content.question_kinds.table import QuestionKind
from tests.builders.images import gif, png
from tests.support.accounts import accepted, mutate
from tests.support.attempts import QuizTaker, a_quiz_taker
from tests.support.question_updates import author_of
from tests.support.schema_client import Asker
from tests.support.uploads import uploaded

SHOWN = "images { alt media { id url contentType width height } }"
UPDATED = f"content {{ version question {{ id media {{ id }} {SHOWN} }} }}"
SLOTS = f"""query ($id: ID!) {{ attempt(id: $id) {{ slots {{ question {{ {SHOWN}
  ... on SingleChoice {{ options {{ text image {{ alt media {{ id }} }} }} }}
  ... on Cloze {{ blanks {{ options {{ text image {{ alt media {{ id }} }} }} }} }} }} }} }} }}"""


async def an_image(ask: Asker, viewer: Viewer, content: bytes | None = None) -> str:
    upload = await uploaded(ask, viewer, content or png(), filename="a.png", purpose="IMAGE")
    payload = await accepted(ask, viewer, "addImage", "media { id }", upload=upload)
    media_id: str = payload["media"]["id"]
    return media_id


async def changed(ask: Asker, taker: QuizTaker, version: int = 1, **given: Any) -> dict[str, Any]:
    """Update the only question of a quiz."""
    given = {"id": taker.questions[0].id, "version": version} | given
    payload = await accepted(ask, author_of(taker), "updateQuestion", UPDATED, **given)
    question: dict[str, Any] = payload["content"]["question"]
    return question


async def asked(ask: Asker, taker: QuizTaker) -> dict[str, Any]:
    """Return the question of a new attempt, as its learner sees it."""
    attempt_id = await taker.start_attempt()
    data = await ask.data(SLOTS, taker.viewer, id=attempt_id)
    question: dict[str, Any] = data["attempt"]["slots"][0]["question"]
    return question


async def test_an_image_is_shown_beside_the_prompt_with_its_words_and_size(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, QuestionKind.TRUE_FALSE)
    author = author_of(taker)
    first, second = await an_image(ask, author), await an_image(ask, author, gif())

    await changed(ask, taker, images=[{"media": second, "alt": "A map"}, {"media": first, "alt": "A graph"}])

    shown = (await asked(ask, taker))["images"]
    assert [(each["alt"], each["media"]["id"]) for each in shown] == [("A map", second), ("A graph", first)]
    assert [each["media"]["contentType"] for each in shown] == ["image/gif", "image/png"]
    assert all(each["media"]["width"] > 0 and "/media/" in each["media"]["url"] for each in shown)


async def test_an_option_shows_its_own_image(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, QuestionKind.SINGLE_CHOICE)
    media = await an_image(ask, author_of(taker))
    cat = {"text": "cat", "correct": True, "image": {"media": media, "alt": "Whiskers"}}

    question = await changed(ask, taker, key={"options": [cat, {"text": "dog"}]})

    seen = await asked(ask, taker)
    images = {option["text"]: option["image"] for option in seen["options"]}
    assert images == {"cat": {"alt": "Whiskers", "media": {"id": media}}, "dog": None}
    assert (seen["images"], question["media"]) == ([], [{"id": media}])


async def test_an_option_of_a_blank_shows_its_own_image(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, QuestionKind.CLOZE)
    media = await an_image(ask, author_of(taker))
    cat = {"text": "cat", "correct": True, "image": {"media": media, "alt": "Whiskers"}}
    blank = {"options": [cat, {"text": "dog"}]}

    await changed(ask, taker, prompt="A [[1]].", key={"blanks": [blank]})

    (seen,) = (await asked(ask, taker))["blanks"]
    assert {option["text"]: bool(option["image"]) for option in seen["options"]} == {
        "cat": True,
        "dog": False,
    }


async def test_images_stay_with_the_next_version(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, QuestionKind.SINGLE_CHOICE)
    media = await an_image(ask, author_of(taker))
    image = {"media": media, "alt": "Whiskers"}
    options = [{"text": "cat", "correct": True, "image": image}, {"text": "dog"}]
    await changed(ask, taker, key={"options": options}, images=[image])

    await changed(ask, taker, version=2, prompt="Which one now?")

    seen = await asked(ask, taker)
    assert [each["alt"] for each in seen["images"]] == ["Whiskers"]
    assert {option["text"]: bool(option["image"]) for option in seen["options"]} == {
        "cat": True,
        "dog": False,
    }


async def test_the_same_bytes_are_the_same_image(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    author = author_of(taker)

    assert await an_image(ask, author) == await an_image(ask, author)


@pytest.mark.parametrize("count", [1, 4])
async def test_images_take_the_same_statements_whatever_their_number(ask: Asker, count: int) -> None:
    taker = await a_quiz_taker(ask, *[QuestionKind.SINGLE_CHOICE] * count)
    attempt_id = await taker.start_attempt()
    await ask.data(SLOTS, taker.viewer, id=attempt_id)

    assert ask.statements == 5


@pytest.mark.parametrize(
    ("alts", "whose", "field"),
    [
        ([""], "own", "images"),
        (["x" * 501], "own", "images"),
        (["fine"], "foreign", "images"),
        (["fine"], "none", "images"),
        (["fine"] * 21, "own", "images"),
    ],
)
async def test_images_that_may_not_be_shown_are_named_and_change_nothing(
    ask: Asker, alts: list[str], whose: str, field: str
) -> None:
    taker = await a_quiz_taker(ask, QuestionKind.TRUE_FALSE)
    author, other = author_of(taker), await a_quiz_taker(ask)
    ids = {"own": author, "foreign": author_of(other)}
    media = await an_image(ask, ids[whose]) if whose in ids else "media_01K742SG00EC1V4CSM6MV3EE1S"
    images = [{"media": media, "alt": alt} for alt in alts]
    given = {"id": taker.questions[0].id, "version": 1, "images": images}

    payload = await mutate(ask, author, "updateQuestion", UPDATED, **given)

    assert {(error["code"], error["field"]) for error in payload["userErrors"]} == {("INVALID_INPUT", field)}
    assert (await asked(ask, taker))["images"] == []


@pytest.mark.parametrize(
    ("content", "purpose", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "IMAGE", "INVALID_INPUT"),
        (b"no image", "IMAGE", "INVALID_INPUT"),
        (png()[:40], "IMAGE", "INVALID_INPUT"),
        (png(), "QUESTIONS", "UPLOAD_NOT_READY"),
    ],
)
async def test_what_is_no_image_is_refused(ask: Asker, content: bytes, purpose: str, code: str) -> None:
    taker = await a_quiz_taker(ask)
    author = author_of(taker)
    upload = await uploaded(ask, author, content, purpose=purpose)

    payload = await mutate(ask, author, "addImage", "media { id }", upload=upload)

    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [(code, "upload")]


async def test_an_upload_of_another_author_is_no_image_of_mine(ask: Asker) -> None:
    taker, other = await a_quiz_taker(ask), await a_quiz_taker(ask)
    upload = await uploaded(ask, author_of(other), png(), purpose="IMAGE")

    payload = await mutate(ask, author_of(taker), "addImage", "media { id }", upload=upload)

    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [
        ("UPLOAD_NOT_READY", "upload")
    ]


async def test_an_image_that_would_be_too_large_is_refused_before_it_is_sent(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)

    payload = await mutate(
        ask, author_of(taker), "beginUpload", filename="a.png", sizeBytes=10_000_001, purpose="IMAGE"
    )

    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [
        ("FILE_TOO_LARGE", "sizeBytes")
    ]
