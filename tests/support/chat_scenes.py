"""Chat scenes: explore chats after which every field of theirs has something to show, and chats of a given size."""

from dataclasses import replace
from datetime import timedelta

from domain.accounts.users import Viewer
from domain.ai.errors import AiUnavailableError
from domain.chats import chat_jobs
from domain.chats.chat_messages import AnswerState, ChatMessage
from domain.chats.chats import Chat
from domain.ids import ChatId, ChatMessageId
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.support.chats import an_explorer, run_answer, run_following, says
from tests.support.list_fields import ListPaths
from tests.support.schema_client import Asker
from tests.support.seen_fields import WatchingAsker, everything


async def everything_explored(ask: WatchingAsker) -> None:
    """Ask in a chat: once answered, once in vain; title, suggest, archive, and look."""
    explorer = await an_explorer(ask)
    usual = ask.ports.assistant
    says(ask, "Because.", TITLE="Why", SUGGESTIONS={"questions": ["Why not?"]})
    message = await explorer.asked("Why?", topic="Reasons")
    ask.clock.forward(seconds=20)
    await run_answer(ask, message["id"])
    for kind in (chat_jobs.ENTITLE, chat_jobs.SUGGEST):
        await run_following(ask, kind.name, message["id"])
    chat_id = message["chat"]["id"]
    says(ask, AiUnavailableError("No language model answers; try again in a minute."))
    failed = await explorer.question(chat_id, "And else?")
    await run_answer(ask, failed["message"]["id"])
    await explorer.change("archiveChat", chat_id)
    ask.ports.assistant = usual
    selection = everything("ExploreChat", 4, ListPaths({}))
    await ask.data(f'{{ chat(id: "{chat_id}") {selection} }}', explorer.viewer)


async def chats_of_size(ask: Asker, viewer: Viewer, size: int) -> str:
    """Store so many chats of the viewer, of which the last has as many messages; return its id."""
    chats = [a_chat(viewer, ask, message_count=size) for _ in range(size)]
    async with ask.postgres.open_work(Meter()) as work:
        for chat in chats:
            await work.chats.add(chat)
        for number in range(1, size + 1):
            await work.chat_messages.add(a_message(chats[-1], number=number))
    return chats[-1].id


def a_chat(viewer: Viewer, ask: Asker, **values: object) -> Chat:
    chat = Chat(
        id=ChatId(mint("chat")),
        user_id=viewer.user_id,
        topic="Trees",
        title="All about trees",
        origin_id=None,
        started_at=ask.clock(),
        last_active_at=ask.clock(),
        archived_at=None,
        message_count=0,
        tokens=0,
        time_spent=timedelta(0),
        suggested_questions=["What is a forest?"],
        suggested_after=1,
    )
    return replace(chat, **values)  # type: ignore[arg-type]


def a_message(chat: Chat, **values: object) -> ChatMessage:
    message = ChatMessage(
        id=ChatMessageId(mint("chatmessage")),
        chat_id=chat.id,
        number=1,
        question="What is a tree?",
        answer="A graph without a circle.",
        state=AnswerState.DONE,
        writing=1,
        job_id=None,
        call_id=None,
        model="scripted",
        tokens=42,
        failure=None,
        failure_message=None,
        asked_at=chat.started_at,
        started_at=chat.started_at,
        ended_at=chat.started_at,
    )
    return replace(message, **values)  # type: ignore[arg-type]
