"""Imports of uploads: all or nothing, or what is right; once for the same bytes; with findings page by page."""

import json
from typing import Any

import pytest

from domain.accounts.users import Viewer
from domain.imports import gift
from domain.unit_of_work import Meter
from domain.uploads.uploads import UploadLimits
from tests.builders import mint, question_files
from tests.builders.roadmaps import a_file, a_node
from tests.support.accounts import accepted, mutate, refusal
from tests.support.clients.roadmaps import IMPORT_QUESTIONS
from tests.support.jobs import an_operator
from tests.support.schema_client import Asker
from tests.support.uploads import (
    an_author,
    imported,
    run,
    shown,
    started,
    steps_of,
    uploaded,
)

GIFT = b"::One::Is it so? {T}\n\n::Two::And that? {F}\n"
MIXED = b"\x01\n\n::One::Is it so? {T}\n"
JSON = json.dumps(question_files.a_file()).encode()


async def quiz(ask: Asker, slug: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (
        await ask.data(
            "query ($slug: String!) { quiz(by: {slug: $slug}) { title questionCount } }", slug=slug
        )
    )["quiz"]
    return found


async def test_an_upload_is_imported_by_a_workflow_that_its_author_follows(ask: Asker) -> None:
    author = await an_author(ask)
    upload_id = await uploaded(ask, author, GIFT)

    begun = await started(ask, author, upload_id, title="Two questions")
    await run(ask, begun["id"])

    assert (begun["outcome"], begun["progress"], begun["filename"]) == (None, 0, "questions.gift")
    assert begun["upload"] == {"id": upload_id}
    assert begun["workflow"]["state"] == "RUNNING"
    done = await shown(ask, author, begun["id"])
    assert (done["outcome"], done["accepted"], done["progress"]) == ("STORED", 2, 100)
    assert (done["format"], done["encoding"], done["note"]) == ("gift", "utf-8", None)
    assert await quiz(ask, "two-questions") == {"title": "Two questions", "questionCount": 2}


@pytest.mark.parametrize("given", [{"dryRun": True}, {"title": "Stored"}, {"examTypeCode": "none-such"}])
async def test_files_whose_imports_have_ended_make_room(ask: Asker, given: dict[str, Any]) -> None:
    author = await an_author(ask)
    ask.ports.upload_limits = UploadLimits(largest=100, quota=100)
    content = (
        MIXED + b"\n" * (60 - len(MIXED)) if "examTypeCode" in given else GIFT + b"\n" * (60 - len(GIFT))
    )
    upload_id = await uploaded(ask, author, content)
    key = mint("key")
    assert await full(ask, author)
    begun = await started(ask, author, upload_id, **{"idempotencyKey": key} | given)
    assert await full(ask, author)
    await run(ask, begun["id"])

    assert not await full(ask, author)

    again = await started(ask, author, upload_id, **{"idempotencyKey": key} | given)
    assert again["id"] == begun["id"]
    other: dict[str, Any] = {"upload": upload_id, "idempotencyKey": mint("key"), "title": "Another"}
    assert (await refusal(ask, author, "importQuestions", **other))[0] == "UploadNotReady"


async def full(ask: Asker, author: Viewer) -> bool:
    """Tell whether an upload of 60 bytes is refused for want of room."""
    given: dict[str, Any] = {"filename": "a.gift", "sizeBytes": 60, "purpose": "QUESTIONS"}
    errors = (await mutate(ask, author, "beginUpload", **given))["userErrors"]
    return bool(errors) and errors[0]["__typename"] == "UploadQuotaExceeded"


async def test_a_title_that_another_author_has_used_is_no_hindrance(ask: Asker) -> None:
    first, second = await an_author(ask), await an_author(ask)
    own = f"rt-one-{second.user_id[-10:].lower()}"

    texts = [await import_text(ask, first, "One? {T}"), await import_text(ask, second, "Two? {T}")]
    again = await import_text(ask, second, "Two? {T}")
    upload = await imported(ask, second, b"Three? {T}\n", title="RT one")

    assert [each["outcome"] for each in (*texts, again, upload)] == [
        "STORED",
        "STORED",
        "UNCHANGED",
        "STORED",
    ]
    async with ask.ports.open_work(Meter()) as work:
        quizzes = [await work.quizzes.by_slug(slug) for slug in ("rt-one", own)]
    assert [each and each.author_id for each in quizzes] == [first.user_id, second.user_id]


async def import_text(ask: Asker, author: Viewer, text: str) -> dict[str, Any]:
    """Import a text as a quiz called RT one; return the report."""
    given = {"file": text, "title": "RT one", "idempotencyKey": mint("key")}
    payload = await accepted(ask, author, "importQuestions", "report { outcome }", **given)
    report: dict[str, Any] = payload["report"]
    return report


async def test_a_dry_run_is_followed_by_the_import_of_the_same_upload(ask: Asker) -> None:
    author = await an_author(ask)
    upload_id = await uploaded(ask, author, GIFT)
    tried = await started(ask, author, upload_id, title="Tried", dryRun=True)
    await run(ask, tried["id"])

    done = await started(ask, author, upload_id, title="Tried")
    await run(ask, done["id"])

    assert (await shown(ask, author, done["id"]))["outcome"] == "STORED"


async def test_the_same_text_in_another_encoding_has_the_same_hash(ask: Asker) -> None:
    author = await an_author(ask)

    plain = await imported(ask, author, "Größe? {T}\r\n".encode(), title="Sizes")
    wide = await imported(ask, author, "Größe? {T}\n".encode("utf-16"), title="Sizes")

    assert plain["contentHash"] == wide["contentHash"]
    assert [plain["outcome"], wide["outcome"]] == ["STORED", "UNCHANGED"]
    assert wide["encoding"] == "utf-16-le"


async def test_one_refused_item_refuses_the_file(ask: Asker) -> None:
    author = await an_author(ask)

    done = await imported(ask, author, MIXED, title="Mixed")

    assert (done["outcome"], done["refusedCount"]) == ("REFUSED", 1)
    assert done["findings"]["nodes"] == [
        {"kind": "REFUSED", "line": 1, "item": "line", "reason": "It holds control characters."}
    ]
    assert await quiz(ask, "mixed") is None


async def test_what_is_right_is_kept_where_the_author_asks_for_it(ask: Asker) -> None:
    author = await an_author(ask)

    done = await imported(ask, author, MIXED, title="Mixed", keepGood=True)

    assert (done["outcome"], done["accepted"], done["refusedCount"]) == ("STORED", 1, 1)
    assert await quiz(ask, "mixed") == {"title": "Mixed", "questionCount": 1}


async def test_a_json_file_keeps_the_rest_of_a_quiz_whose_question_is_refused(ask: Asker) -> None:
    author = await an_author(ask)
    file = question_files.a_file()
    broken = file["questions"][0] | {"key": "broken", "prompt": ""}
    file["questions"].append(broken)
    file["quizzes"][0]["questions"].append("broken")

    refused = await imported(ask, author, json.dumps(file).encode(), filename="a.json")
    kept = await imported(ask, author, json.dumps(file).encode(), filename="a.json", keepGood=True)

    assert refused["outcome"] == "REFUSED"
    assert kept["outcome"] == "STORED"
    stored = await quiz(ask, file["quizzes"][0]["slug"])
    assert stored is not None
    assert stored["questionCount"] == len(file["quizzes"][0]["questions"]) - 1


SAID = question_files.a_file(
    questions=[
        question_files.a_question("wet", feedbackTrue="Indeed"),
        question_files.a_question("dry", prompt="Dry?", feedbackTrue="Look again"),
    ]
)
SILENT = question_files.a_file(
    questions=[
        question_files.a_question("wet"),
        question_files.a_question("dry", prompt="Dry?", feedbackTrue="Look closer"),
    ]
)


async def test_a_file_that_takes_the_feedback_of_a_question_says_so(ask: Asker) -> None:
    author = await an_author(ask)
    await imported(ask, author, json.dumps(SAID).encode(), filename="a.json")

    done = await imported(ask, author, json.dumps(SILENT).encode(), filename="a.json")

    assert done["outcome"] == "STORED"
    told = [each["item"] for each in done["findings"]["nodes"] if "feedback" in each["reason"]]
    assert told == ["wet"]


async def test_a_text_that_takes_the_feedback_of_a_question_says_so(ask: Asker) -> None:
    author = await an_author(ask)
    for file in (SAID, SILENT):
        given = {"file": json.dumps(file), "idempotencyKey": mint("key")}
        report = (await ask.data(IMPORT_QUESTIONS, author, input=given))["importQuestions"]["report"]

    assert [each["item"] for each in report["losses"]] == ["wet"]


async def test_a_dry_run_reports_and_stores_nothing(ask: Asker) -> None:
    author = await an_author(ask)

    done = await imported(ask, author, GIFT, title="Dry", dryRun=True)

    assert (done["outcome"], done["accepted"]) == ("DRY_RUN", 2)
    assert await quiz(ask, "dry") is None


async def test_the_same_bytes_with_the_same_options_give_the_earlier_import(ask: Asker) -> None:
    author, other = await an_author(ask), await an_author(ask)
    first = await imported(ask, author, GIFT)

    again = await started(ask, author, await uploaded(ask, author, GIFT, filename="copy.gift"))
    differently = await started(ask, author, await uploaded(ask, author, GIFT), title="Other")
    of_other = await started(ask, other, await uploaded(ask, other, GIFT))

    assert again["id"] == first["id"]
    assert len({first["id"], differently["id"], of_other["id"]}) == 3


async def test_a_refused_file_may_be_imported_again(ask: Asker) -> None:
    author = await an_author(ask)
    first = await imported(ask, author, MIXED)

    again = await started(ask, author, await uploaded(ask, author, MIXED))

    assert again["id"] != first["id"]


async def test_the_same_key_gives_the_same_import_and_no_other_file(ask: Asker) -> None:
    author = await an_author(ask)
    upload_id, key = await uploaded(ask, author, GIFT), mint("key")

    first = await started(ask, author, upload_id, idempotencyKey=key)
    again = await started(ask, author, upload_id, idempotencyKey=key)
    other = await refusal(
        ask,
        author,
        "importQuestions",
        upload=await uploaded(ask, author, MIXED),
        idempotencyKey=key,
    )

    assert first["id"] == again["id"]
    assert other == ("IdempotencyKeyReused", "idempotencyKey")


async def test_steps_that_run_again_do_the_same_once(ask: Asker) -> None:
    author = await an_author(ask)
    begun = await started(ask, author, await uploaded(ask, author, GIFT), title="Again")
    steps = steps_of(ask, begun["id"])

    for step in (steps.check, steps.check, steps.stage, steps.stage, steps.keep, steps.keep, steps.stage):
        await step()

    done = await shown(ask, author, begun["id"])
    assert (done["outcome"], done["accepted"]) == ("STORED", 2)
    assert await quiz(ask, "again") == {"title": "Again", "questionCount": 2}


async def test_more_questions_than_a_quiz_holds_become_several_quizzes(ask: Asker) -> None:
    author = await an_author(ask)
    content = b"\n".join(b"::Q%d::Is %d a number? {T}\n" % (n, n) for n in range(450))

    done = await imported(ask, author, content, title="Numbers")

    assert (done["outcome"], done["accepted"]) == ("STORED", 450)
    assert [await quiz(ask, f"numbers-{part}") for part in (1, 3)] == [
        {"title": "Numbers (1 of 3)", "questionCount": 200},
        {"title": "Numbers (3 of 3)", "questionCount": 50},
    ]


async def test_repeated_questions_of_a_file_are_left_out_and_told(ask: Asker) -> None:
    done = await imported(ask, await an_author(ask), GIFT + b"\n::One::Is it so? {T}\n")

    assert (done["outcome"], done["accepted"], done["lossCount"]) == ("STORED", 2, 1)
    assert "line 1" in done["findings"]["nodes"][0]["reason"]


@pytest.mark.parametrize(
    ("content", "filename", "sentence"),
    [
        (JSON, "questions.gift", "named like gift"),
        (b"%PDF-1.7", "questions.gift", "PDF"),
        (b"nothing to ask", "questions.txt", "none of the formats"),
    ],
)
async def test_a_file_that_is_something_else_is_refused_in_its_report(
    ask: Asker, content: bytes, filename: str, sentence: str
) -> None:
    done = await imported(ask, await an_author(ask), content, filename=filename)

    (finding,) = done["findings"]["nodes"]
    assert done["outcome"] == "REFUSED"
    assert (finding["kind"], finding["item"]) == ("REFUSED", filename)
    assert sentence in finding["reason"]


async def test_a_file_without_a_question_is_refused(ask: Asker) -> None:
    done = await imported(ask, await an_author(ask), b"Write something. {}\n")

    assert (done["outcome"], done["accepted"], done["lossCount"]) == ("REFUSED", 0, 1)
    assert [each["kind"] for each in done["findings"]["nodes"]] == ["REFUSED", "LOST"]


async def test_another_authors_slug_and_domains_are_refused(ask: Asker) -> None:
    author, other = await an_author(ask), await an_author(ask)
    file = json.dumps(question_files.a_file()).encode()
    await imported(ask, author, file, filename="a.json")

    slug = await imported(ask, other, file, filename="a.json")
    code = question_files.a_file()["examType"]["code"]
    domain = await imported(ask, other, b"Other? {T}\n", examTypeCode=code, keepGood=True)

    assert (slug["outcome"], domain["outcome"]) == ("REFUSED", "REFUSED")
    assert "another author" in domain["findings"]["nodes"][0]["reason"]


async def test_a_roadmap_is_imported_as_a_draft(ask: Asker) -> None:
    author = await an_author(ask)
    file = a_file(a_node("start"), slug="of-an-upload").encode()

    done = await imported(ask, author, file, filename="path.json", field="importRoadmap")
    again = await imported(ask, author, file + b"\n", filename="path.json", field="importRoadmap")
    wrong = await imported(
        ask, author, a_file(a_node("a", "b")).encode(), filename="x.json", field="importRoadmap"
    )

    assert (done["kind"], done["outcome"], done["accepted"]) == ("ROADMAP", "STORED", 1)
    assert again["outcome"] == "UNCHANGED"
    assert wrong["outcome"] == "REFUSED"


async def test_the_authors_imports_are_listed_newest_first_and_filtered(ask: Asker) -> None:
    author, other = await an_author(ask), await an_author(ask)
    stored = await imported(ask, author, GIFT)
    ask.clock.forward(seconds=1)
    refused = await imported(ask, author, MIXED)
    await accepted(
        ask, author, "importQuestions", "report { outcome }", file="At once? {T}", idempotencyKey=mint("key")
    )
    running = await started(ask, author, await uploaded(ask, author, b"Runs? {T}"))
    await imported(ask, other, GIFT)

    assert await listed(ask, author) == [
        running["id"],
        (await listed(ask, author))[1],
        refused["id"],
        stored["id"],
    ]
    assert await listed(ask, author, "outcome: REFUSED") == [refused["id"]]
    assert await listed(ask, author, "isRunning: true") == [running["id"]]
    assert len(await listed(ask, author, "isRunning: false")) == 3
    assert await listed(ask, author, "kind: ROADMAP") == []
    assert stored["id"] in await listed(ask, author, f'format: "{gift.FORMAT}"')
    assert await listed(ask, author, 'format: "questpath-questions/1"') == []
    assert await listed(ask, author, "first: 1") == [running["id"]]


async def listed(ask: Asker, viewer: Viewer, arguments: str = "first: 10") -> list[str]:
    data = await ask.data(f"{{ viewer {{ imports({arguments}) {{ nodes {{ id }} }} }} }}", viewer)
    return [each["id"] for each in data["viewer"]["imports"]["nodes"]]


async def test_findings_come_page_by_page_refusals_first(ask: Asker) -> None:
    author = await an_author(ask)
    content = b"Essay one {}\n\n" * 3 + b"\x01\n\x02\n"
    done = await imported(ask, author, content)
    document = """query ($id: ID!, $after: Cursor, $kind: FindingKind) { node(id: $id) { ... on Import {
      findings(first: 2, after: $after, kind: $kind) { nodes { kind line } pageInfo { hasNextPage endCursor } } } } }"""

    first = (await ask.data(document, author, id=done["id"]))["node"]["findings"]
    cursor = first["pageInfo"]["endCursor"]
    second = (await ask.data(document, author, id=done["id"], after=cursor))["node"]["findings"]
    lost = (await ask.data(document, author, id=done["id"], kind="LOST"))["node"]["findings"]

    assert [(each["kind"], each["line"]) for each in first["nodes"]] == [("REFUSED", 7), ("REFUSED", 8)]
    assert [(each["kind"], each["line"]) for each in second["nodes"]] == [("LOST", 1), ("LOST", 3)]
    assert [each["line"] for each in lost["nodes"]] == [1, 3]


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({}, "file", "Give either"),
        ({"file": "x", "keepGood": True}, "keepGood", "for uploads"),
        ({"file": "x", "format": "GIFT"}, "format", "for uploads"),
    ],
)
async def test_options_that_do_not_fit_are_refused(
    ask: Asker, given: dict[str, Any], field: str, sentence: str
) -> None:
    payload = await mutate(ask, await an_author(ask), "importQuestions", idempotencyKey="a", **given)

    (error,) = payload["userErrors"]
    assert error["field"] == field
    assert sentence in error["message"]


async def test_an_upload_that_is_not_there_is_refused(ask: Asker) -> None:
    author, other = await an_author(ask), await an_author(ask)
    pending = (
        await accepted(
            ask, author, "beginUpload", "upload { id }", filename="a", sizeBytes=1, purpose="QUESTIONS"
        )
    )["upload"]["id"]
    of_roadmap = await uploaded(ask, author, b"{}", purpose="ROADMAP")
    of_other = await uploaded(ask, other, GIFT)
    old = await uploaded(ask, author, GIFT)

    async def refused(upload: str) -> tuple[str, str | None]:
        return await refusal(ask, author, "importQuestions", upload=upload, idempotencyKey=mint("key"))

    assert [await refused(each) for each in (pending, of_roadmap, of_other)] == [
        ("UploadNotReady", "upload")
    ] * 3
    ask.clock.forward(days=1)
    assert await refused(old) == ("UploadNotReady", "upload")


async def test_an_import_keeps_its_file_for_another_day(ask: Asker) -> None:
    author = await an_author(ask)
    upload_id = await uploaded(ask, author, GIFT)
    ask.clock.forward(hours=23)

    begun = await started(ask, author, upload_id)
    ask.clock.forward(hours=23)
    async with ask.ports.open_work(Meter()) as work:
        expired = await work.uploads.expired(now=ask.clock(), most=10)

    assert begun["id"]
    assert expired == []


async def test_only_so_many_imports_of_an_author_are_at_work(ask: Asker) -> None:
    author = await an_author(ask)
    for number in range(5):
        await started(ask, author, await uploaded(ask, author, b"Number %d? {T}" % number))

    refused = await refusal(
        ask,
        author,
        "importQuestions",
        upload=await uploaded(ask, author, b"One more? {T}"),
        idempotencyKey=mint("key"),
    )

    assert refused == ("TooManyImports", "upload")


async def test_an_import_that_broke_off_ends_as_failed(ask: Asker) -> None:
    author = await an_author(ask)
    begun = await started(ask, author, await uploaded(ask, author, GIFT))
    await accepted(ask, await an_operator(ask), "cancelWorkflow", id=begun["workflow"]["id"])
    steps = steps_of(ask, begun["id"])
    await steps.check()
    await steps.stage()

    ask.clock.forward(hours=3)
    async with ask.ports.open_work(Meter()) as work:
        ended = await work.imports.give_up(begun_before=ask.clock(), now=ask.clock())

    assert ended == 1
    done = await shown(ask, author, begun["id"])
    assert (done["outcome"], done["progress"]) == ("FAILED", 100)
