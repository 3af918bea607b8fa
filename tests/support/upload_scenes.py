"""Upload scenes: uploads, imports in each outcome and images, for tests that walk the whole schema."""

from collections.abc import Sequence
from typing import Any

from domain.accounts.users import Viewer
from domain.ids import ImportId, MediaId, QuestionId, UploadId, UserId
from domain.imports.reports import Finding, ImportKind
from domain.imports.runs.imports import ImportOptions, NewImport
from domain.media.media import MOST_OF_A_QUESTION, Media, MediaUse
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.builders.roadmaps import a_file, a_node
from tests.support.accounts import accepted, mutate
from tests.support.attempts import EVERY_KIND, a_quiz_taker
from tests.support.jobs import an_operator
from tests.support.schema_client import Asker
from tests.support.uploads import an_author, imported, run, shown, started, uploaded

GIFT, MIXED = b"Is it so? {T}\n", b"\x01\n\nIs it so? {T}\n\nWrite an essay. {}\n"
UPLOAD = "upload { id filename contentType sizeBytes purpose state sha256 createdAt expiresAt receivedAt }"
SHOWN = f"""query ($id: ID!) {{ node(id: $id) {{ ... on Import {{
  id kind filename format encoding contentHash outcome accepted refusedCount lossCount progress note
  begunAt finishedAt {UPLOAD} workflow {{ id }}
  findings {{ edges {{ cursor node {{ kind line item reason }} }} nodes {{ kind line item reason }}
    pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }} }}"""
MEDIA = "query ($id: ID!) { node(id: $id) { ... on Media { id url contentType bytes width height } } }"


async def uploads_of_size(ask: Asker, viewer: Viewer, size: int, *, slug: str) -> None:
    """Store an upload, an import with findings, and images of the first question of a quiz; the lists are that long."""
    upload_id = await uploaded(ask, viewer, GIFT)
    async with ask.ports.open_work(Meter()) as work:
        quiz = await work.quizzes.by_slug(slug)
        assert quiz is not None
        for question_id in await work.quizzes.question_ids(quiz.id):
            await add_media(work, ask, viewer, question_id, min(size, MOST_OF_A_QUESTION))
        import_id = await store_import(work, ask, viewer.user_id, upload_id=upload_id)
        found = [Finding(line=n + 1, item=f"question {n}", reason="It is wrong.") for n in range(size)]
        await work.imports.add_findings(import_id, refused=found, losses=[])


async def store_import(
    work: Any, ask: Asker, author_id: UserId, *, upload_id: UploadId | None = None
) -> ImportId:
    """Store an import that has begun."""
    new = NewImport(
        id=ImportId(mint("import")),
        author_id=author_id,
        kind=ImportKind.QUESTIONS,
        filename="questions.gift",
        file_hash=mint("hash"),
        options=ImportOptions(),
        upload_id=upload_id,
        workflow_id=None,
    )
    await work.imports.add(new, now=ask.clock())
    return new.id


async def add_media(work: Any, ask: Asker, viewer: Viewer, question_id: QuestionId, count: int) -> None:
    """Store images that a question shows."""
    new = [
        Media(
            id=MediaId(mint("media")),
            author_id=viewer.user_id,
            sha256=f"{n:064x}",
            content_type="image/png",
            size_bytes=80 + n,
            width=3,
            height=2,
            created_at=ask.clock(),
        )
        for n in range(count)
    ]
    stored = await work.media.add(new)
    await work.media.use(
        [
            MediaUse(question_id=question_id, media_id=each.id, position=n, alt=f"Image {n}")
            for n, each in enumerate(stored)
        ]
    )


async def everything_uploaded(ask: Asker) -> None:
    """Play what shows every field of uploads, imports and images."""
    author = await an_author(ask)
    upload_id = await uploaded(ask, author, MIXED)
    begun = await started(ask, author, upload_id, keepGood=True, title="Of a scene")
    await ask.data(SHOWN, author, id=begun["id"])
    async with ask.ports.open_work(Meter()) as work:
        await work.imports.note(ImportId(begun["id"]), progress=5, note="Reading the file.")
    await ask.data(SHOWN, author, id=begun["id"])
    await run(ask, begun["id"])
    await ask.data(SHOWN, author, id=begun["id"])
    payload = await accepted(
        ask,
        author,
        "beginUpload",
        UPLOAD,
        filename="a.gift",
        contentType="text/plain",
        sizeBytes=1,
        purpose="QUESTIONS",
    )
    node = f"query ($id: ID!) {{ node(id: $id) {{ ... on Upload {{ {UPLOAD[9:-2]} }} }} }}"
    await ask.data(node, author, id=payload["upload"]["id"])
    await ask.data("{ viewer { imports { nodes { id } edges { cursor } } } }", author)
    async with ask.ports.open_work(Meter()) as work:
        quiz = await work.quizzes.by_slug("of-a-scene")
        assert quiz is not None
        (question_id,) = await work.quizzes.question_ids(quiz.id)
        await add_media(work, ask, author, question_id, 1)
        ((media,),) = await work.media.of_questions([question_id])
    await ask.data(MEDIA, author, id=media.id)
    taker = await a_quiz_taker(ask, *EVERY_KIND, slug="with-images")
    async with ask.ports.open_work(Meter()) as work:
        for question in taker.questions:
            await add_media(work, ask, author, question.id, 1)
        (image,) = await work.media.shown_by([question_id])
        of_option = MediaUse(
            question_id=taker.questions[0].id,
            media_id=image[0].media.id,
            position=1,
            alt="A cat",
            option_id=taker.questions[0].options[0].id,
        )
        await work.media.use([of_option])
    asked = """query ($id: ID!) { attempt(id: $id) { slots { question {
      media { url } images { alt media { url } } ... on SingleChoice { options { image { alt media { url } } } } } } } }"""
    await ask.data(asked, taker.viewer, id=await taker.start_attempt())


async def of_upload_purpose(ask: Asker, values: Sequence[str]) -> list[Any]:
    author = await an_author(ask)
    found = []
    for value in values:
        upload_id = await uploaded(ask, author, GIFT, purpose=value)
        payload = await mutate(
            ask, author, "importQuestions", upload=upload_id, dryRun=True, idempotencyKey=mint("key")
        )
        image = await mutate(ask, author, "addImage", upload=upload_id)
        errors = [*payload["userErrors"], *image["userErrors"]]
        found.append([error["__typename"] for error in errors])
    return found


async def of_question_format(ask: Asker, values: Sequence[str]) -> list[Any]:
    author = await an_author(ask)
    done = [await imported(ask, author, b"1, 2", filename="file", format=value) for value in values]
    return [each["findings"]["nodes"][0]["reason"] for each in done]


async def of_roadmap_format(ask: Asker, values: Sequence[str]) -> list[Any]:
    author = await an_author(ask)
    done = [
        await imported(ask, author, b"{}", filename="file", field="importRoadmap", format=value)
        for value in values
    ]
    return [each["findings"]["nodes"][0]["reason"] for each in done]


async def of_import_kind(ask: Asker, values: Sequence[str]) -> list[Any]:
    author = await an_author(ask)
    await imported(ask, author, GIFT)
    file = a_file(a_node("start"), slug="of-a-kind").encode()
    await imported(ask, author, file, filename="a.json", field="importRoadmap")
    text = "query ($v: ImportKind) { viewer { imports(kind: $v) { nodes { filename } } } }"
    return [await ask.data(text, author, v=value) for value in values]


async def of_import_outcome(ask: Asker, values: Sequence[str]) -> list[Any]:
    author = await an_author(ask)
    await imported(ask, author, GIFT, filename="stored.gift", title="Once")
    await imported(ask, author, GIFT + b"\n", filename="unchanged.gift", title="Once")
    await imported(ask, author, GIFT, filename="dry.gift", dryRun=True)
    await imported(ask, author, MIXED, filename="refused.gift")
    lost = await started(ask, author, await uploaded(ask, author, b"Lost? {T}", filename="failed.gift"))
    await accepted(ask, await an_operator(ask), "cancelWorkflow", id=lost["workflow"]["id"])
    ask.clock.forward(hours=3)
    async with ask.ports.open_work(Meter()) as work:
        await work.imports.give_up(begun_before=ask.clock(), now=ask.clock())
    text = "query ($v: ImportOutcome) { viewer { imports(outcome: $v) { nodes { filename } } } }"
    return [await ask.data(text, author, v=value) for value in values]


async def of_finding_kind(ask: Asker, values: Sequence[str]) -> list[Any]:
    author = await an_author(ask)
    done = await imported(ask, author, MIXED)
    text = """query ($id: ID!, $v: FindingKind) { node(id: $id) { ... on Import {
      findings(kind: $v) { nodes { reason } } } } }"""
    assert (await shown(ask, author, done["id"]))["lossCount"] == 1
    return [await ask.data(text, author, id=done["id"], v=value) for value in values]


EFFECTS = {
    "BeginUploadInput.purpose UploadPurpose": of_upload_purpose,
    "ImportQuestionsInput.format QuestionFileFormat": of_question_format,
    "ImportRoadmapInput.format RoadmapFileFormat": of_roadmap_format,
    "Viewer.imports(kind:) ImportKind": of_import_kind,
    "Viewer.imports(outcome:) ImportOutcome": of_import_outcome,
    "Import.findings(kind:) FindingKind": of_finding_kind,
}
