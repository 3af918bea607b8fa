"""Printouts of chats and threads: all that is written, in order, and for those alone who may read it."""

import asyncio
from pathlib import Path

import pytest

from domain.ai.errors import AiQuotaReachedError
from domain.printouts import print_jobs
from gateway.printouts.printout_folder import PrintoutFolder
from tests.support.accounts import accepted, refusal
from tests.support.chats import an_explorer, answering, run_answer, says
from tests.support.clients.printouts import mine, printed, requested
from tests.support.clients.quality import run_jobs
from tests.support.patience import PATIENCE_S
from tests.support.pdf_texts import words_in
from tests.support.schema_client import Asker
from tests.support.threads import a_thread, contents, link_of, version

CODE = "Use a loop:\n\n```python\nfor x in range(3):\n    print(x)\n```\n\n学习 🎓"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.jobs.areas.answer_writers.FLUSH_S", 0.01)


def path_of(ask: Asker, printout_id: str) -> Path:
    files = ask.ports.printing.files
    assert isinstance(files, PrintoutFolder)
    return files.path(printout_id)


async def text_of(ask: Asker, printout_id: str) -> str:
    return path_of(ask, printout_id).read_text("utf-8")


class TestChats:
    async def test_questions_and_answers_are_printed_in_full_and_in_order(self, ask: Asker) -> None:
        explorer = await an_explorer(ask)
        says(ask, CODE)
        first = await explorer.asked("What is *a* loop?", topic="Python > Loops")
        chat_id = first["chat"]["id"]
        await explorer.answered(first["id"])
        long = "word " * 2_000 + "end"
        says(ask, long)
        second = (await explorer.question(chat_id, "And why?"))["message"]
        await explorer.answered(second["id"])
        await explorer.change("updateChat", chat_id, title="Loops & more")

        markdown = await text_of(ask, (await printed(ask, explorer.viewer, chat_id, "MARKDOWN"))["id"])
        pdf = await printed(ask, explorer.viewer, chat_id, "PDF")

        assert markdown.startswith("# Loops \\& more\n\n- **Topic:** Python \\> Loops\n")
        assert f"## Question 1\n\nWhat is \\*a\\* loop?\n\n### Answer\n\n{CODE}\n\n## Question 2" in markdown
        assert markdown.endswith(f"And why?\n\n### Answer\n\n{long}\n")
        assert "- **Questions:** 2" in markdown
        words = words_in(path_of(ask, pdf["id"]).read_bytes())
        assert pdf["title"] == "Loops & more"
        places = [words.index(part) for part in ("What is *a* loop?", "print(x)", "学习", "And why?", "end")]
        assert places == sorted(places)

    async def test_an_answer_that_streams_is_printed_as_far_as_it_is(self, ask: Asker) -> None:
        explorer = await an_explorer(ask)
        assistant = says(ask, "See:\n\n```python\nfirst = 1\n", None, "second = 2\n```")
        message = await explorer.asked("How?")
        chat_id = message["chat"]["id"]
        waiting = await text_of(ask, (await printed(ask, explorer.viewer, chat_id, "MARKDOWN"))["id"])

        async with answering(ask, message["id"]):
            await asyncio.wait_for(assistant.reached.wait(), PATIENCE_S)
            async with asyncio.timeout(PATIENCE_S):
                while "first" not in ((await explorer.message(message["id"])) or {})["answer"]:
                    await asyncio.sleep(0.01)
            during = await text_of(ask, (await printed(ask, explorer.viewer, chat_id, "MARKDOWN"))["id"])
            assistant.go.set()
        after = await text_of(ask, (await printed(ask, explorer.viewer, chat_id, "MARKDOWN"))["id"])

        assert waiting.endswith("### Answer\n\nThe answer was not begun when this was printed.\n")
        assert "this is what there was of it." in during
        assert "first = 1" in during
        assert "second" not in during
        assert during.rstrip().endswith("```")
        assert "second = 2" in after
        assert "when this was printed" not in after

    @pytest.mark.parametrize(
        ("is_cancelled", "note"), [(True, "The answer was cancelled"), (False, "The answer failed")]
    )
    async def test_an_answer_that_is_not_complete_is_marked(
        self, ask: Asker, is_cancelled: bool, note: str
    ) -> None:
        explorer = await an_explorer(ask)
        message = await explorer.asked("How?")
        if is_cancelled:
            await explorer.cancel(message["id"])
        else:
            says(ask, "Half of it.", AiQuotaReachedError("Tomorrow.", resets_at=ask.clock()))
            await run_answer(ask, message["id"])

        printout = await printed(ask, explorer.viewer, message["chat"]["id"], "MARKDOWN")

        assert printout["title"] == "Chat"
        assert note in await text_of(ask, printout["id"])

    async def test_only_its_owner_prints_a_chat(self, ask: Asker) -> None:
        explorer = await an_explorer(ask)
        chat_id = (await explorer.asked())["chat"]["id"]
        _, other = await ask.learner()

        refused = await refusal(ask, other, "printDocument", targetId=chat_id, format="PDF")

        assert refused == ("NotFound", "targetId")

    async def test_a_chat_that_is_deleted_meanwhile_fails(self, ask: Asker) -> None:
        explorer = await an_explorer(ask)
        chat_id = (await explorer.asked())["chat"]["id"]
        await requested(ask, explorer.viewer, chat_id)
        await explorer.change("deleteChat", chat_id)

        with pytest.raises(Exception, match="is gone"):
            await run_jobs(ask, print_jobs.PRINT.name)

        (found,) = await mine(ask, explorer.viewer)
        assert found["state"] == "FAILED"


class TestThreads:
    async def test_contents_are_printed_in_their_order(self, ask: Asker) -> None:
        _, owner = await ask.learner()
        thread_id = await a_thread(ask, owner, "a", "b", "c", title="Sets *1*", description="All of it.")
        found = await contents(ask, owner, thread_id)
        given = {"contentId": found[2]["id"], "version": await version(ask, owner, thread_id)}
        await accepted(ask, owner, "moveThreadContent", position=0, **given)
        given = {"contentId": found[0]["id"], "version": await version(ask, owner, thread_id)}
        await accepted(ask, owner, "updateThreadContent", body=CODE, **given)

        markdown = await text_of(ask, (await printed(ask, owner, thread_id, "MARKDOWN"))["id"])
        words = words_in(path_of(ask, (await printed(ask, owner, thread_id))["id"]).read_bytes())

        assert markdown.startswith("# Sets \\*1\\*\n\n")
        assert "- **Contents:** 3\n\nAll of it.\n\n## 1\\. c\n\nAbout c.\n\n## 2\\. a\n\n" in markdown
        assert markdown.endswith(f"## 2\\. a\n\n{CODE}\n\n## 3\\. b\n\nAbout b.\n")
        assert "print(x)" in words

    async def test_who_reads_it_prints_it_without_its_chats_until_that_ends(self, ask: Asker) -> None:
        _, owner = await ask.learner()
        (named, reader), (_, guest), (_, other) = [await ask.learner() for _ in range(3)]
        thread_id = await a_thread(ask, owner, "a")
        (content,) = await contents(ask, owner, thread_id)
        explored = await accepted(
            ask,
            owner,
            "exploreThreadContent",
            "chat { id }",
            contentId=content["id"],
            question="A secret question",
            idempotencyKey="one",
        )
        await accepted(ask, owner, "shareThreadWith", threadId=thread_id, handle=named.handle)
        await accepted(ask, guest, "openThreadLink", secret=await link_of(ask, owner, thread_id))

        for viewer in (owner, reader, guest):
            text = await text_of(ask, (await printed(ask, viewer, thread_id, "MARKDOWN"))["id"])
            assert "About a." in text
            assert "secret" not in text
        given = {"format": "MARKDOWN"}
        for viewer, target in (
            (other, thread_id),
            (reader, explored["chat"]["id"]),
            (guest, explored["chat"]["id"]),
        ):
            refused = await refusal(ask, viewer, "printDocument", targetId=target, **given)
            assert refused == ("NotFound", "targetId")
        own = await printed(ask, owner, explored["chat"]["id"], "MARKDOWN")
        assert "A secret question" in await text_of(ask, own["id"])

        await requested(ask, reader, thread_id)
        await accepted(ask, owner, "unshareThreadWith", threadId=thread_id, handle=named.handle)
        with pytest.raises(Exception, match="not shown to you any more"):
            await run_jobs(ask, print_jobs.PRINT.name)
        refused = await refusal(ask, reader, "printDocument", targetId=thread_id, **given)
        assert refused == ("NotFound", "targetId")
