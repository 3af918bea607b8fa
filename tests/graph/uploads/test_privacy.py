"""Privacy of uploads: an export names files, imports and images; an erasure takes them, but for images in use."""

import json

from domain.unit_of_work import Meter
from domain.uploads import upload_requests
from tests.builders.acts import an_act
from tests.support.privacy import anonymise, export_of
from tests.support.schema_client import FILES, Asker
from tests.support.upload_scenes import MIXED, add_media
from tests.support.uploads import an_author, imported, uploaded


async def test_an_export_names_uploads_imports_findings_and_images(ask: Asker) -> None:
    author, other = await an_author(ask), await an_author(ask)
    await imported(ask, author, MIXED, filename="mine.gift", keepGood=True, title="Mine")
    await imported(ask, other, MIXED, filename="not-mine.gift")
    async with ask.ports.open_work(Meter()) as work:
        quiz = await work.quizzes.by_slug("mine")
        assert quiz is not None
        (question_id,) = await work.quizzes.question_ids(quiz.id)
        await add_media(work, ask, author, question_id, 1)
        (user,) = await work.users.by_ids([author.user_id])
    assert user is not None

    document = await export_of(ask, user)

    assert [each["filename"] for each in document["uploads"]] == ["mine.gift"]
    assert [each["filename"] for each in document["question_imports"]] == ["mine.gift"]
    assert {each["kind"] for each in document["import_findings"]} == {"REFUSED", "LOST"}
    assert [each["content_type"] for each in document["media"]] == ["image/png"]
    assert "not-mine" not in json.dumps(document)


async def test_an_erasure_takes_names_imports_and_files_and_leaves_images_of_questions(ask: Asker) -> None:
    author = await an_author(ask)
    await imported(ask, author, MIXED, filename="secret-name.gift", keepGood=True, title="Kept")
    upload_id = await uploaded(ask, author, b"Never imported? {T}", filename="secret-name.txt")
    async with ask.ports.open_work(Meter()) as work:
        quiz = await work.quizzes.by_slug("kept")
        assert quiz is not None
        (question_id,) = await work.quizzes.question_ids(quiz.id)
        await add_media(work, ask, author, question_id, 1)
        (user,) = await work.users.by_ids([author.user_id])
        await work.deletions.mark(author.user_id, ask.clock())
    assert user is not None
    ask.clock.forward(seconds=1)

    assert await anonymise(ask.ports)
    await upload_requests.tidy(
        lambda: ask.ports.open_work(Meter()), ask.ports.upload_files, an_act(now=ask.clock())
    )

    document = json.dumps(await export_of(ask, user))
    assert "secret-name" not in document
    assert json.loads(document)["question_imports"] == []
    assert not (FILES / "uploads" / upload_id).exists()
    async with ask.ports.open_reads(Meter()) as reads:
        ((image,),) = await reads.media.of_questions([question_id])
    assert image.author_id == author.user_id
