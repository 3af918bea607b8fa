"""Generated drafts of quizzes that were published: their quizzes are found from what was generated."""

from tests.support.clients.generation import TEXT, an_author, read, written
from tests.support.clients.quizzes import DISCARD_QUIZ, PUBLISH_QUIZ, START_QUIZ_DRAFT, change, edit_quiz
from tests.support.schema_client import Asker

QUIZ = {"source": {"text": TEXT}, "count": 4}


async def test_a_quiz_is_found_from_its_generation_also_after_it_was_edited_and_published_again(
    ask: Asker,
) -> None:
    author = await an_author(ask)
    _, other = await ask.learner()
    generation = await written(ask, author, "generateQuiz", **QUIZ)
    discarded = await written(ask, author, "generateQuiz", "two", **QUIZ)
    draft = generation["quizDraft"]
    part = {
        "generationId": generation["id"],
        "part": draft["questions"][0]["id"],
        "version": draft["version"],
    }
    regenerated = await written(ask, author, "regeneratePart", "part", **part)
    draft = regenerated["quizDraft"]
    published = await change(ask, author, PUBLISH_QUIZ, draftId=draft["id"], version=draft["version"])
    quiz_id = published["quiz"]["id"]
    again = (await change(ask, author, START_QUIZ_DRAFT, quizId=quiz_id))["draft"]
    edited = await edit_quiz(ask, author, again, title="Another title")
    await change(ask, author, PUBLISH_QUIZ, draftId=edited["id"], version=edited["version"])
    gone = discarded["quizDraft"]
    await change(ask, author, DISCARD_QUIZ, draftId=gone["id"], version=gone["version"])

    for each in (generation, regenerated):
        assert (await read(ask, author, each["id"]))["quiz"] == {"id": quiz_id, "title": "Another title"}
    found = await read(ask, author, discarded["id"])
    assert (found["quiz"], found["quizDraft"]) == (None, None)
    assert await read(ask, other, generation["id"]) is None
