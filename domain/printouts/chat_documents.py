"""Documents of chats: all questions of an explore chat in their order, each with what is written of its answer."""

from domain.chats.chat_messages import AnswerState, ChatMessage
from domain.chats.chats import MOST_MESSAGES, Chat
from domain.ids import ChatId
from domain.paging import Window
from domain.printouts.documents import Document, Facts, Heading, Part, Prose
from domain.printouts.readings import Reading
from domain.printouts.work import PrintoutsWork

_NOTES = {
    AnswerState.WAITING: "The answer was not begun when this was printed.",
    AnswerState.STREAMING: "The answer was being written when this was printed; this is what there was of it.",
    AnswerState.CANCELLED: "The answer was cancelled; this is what was written before.",
    AnswerState.FAILED: "The answer failed; this is what was written before.",
}
"""What is said of an answer that is not complete."""


async def compose(work: PrintoutsWork, target_id: str, reading: Reading) -> Document | None:
    """Compose a chat of the viewer's."""
    chat_id, viewer_id = ChatId(target_id), reading.viewer_id
    (chat,) = await work.chats.by_ids([chat_id], user_id=viewer_id)
    if chat is None:
        return None
    (page,) = await work.chat_messages.pages([chat_id], Window(size=MOST_MESSAGES), user_id=viewer_id)
    parts: list[Part] = [Facts(lines=_facts(chat, reading))]
    for message in page.nodes:
        parts += _message(message)
    return Document(
        title=chat.title or chat.topic or "Chat", file_name=f"chat-{chat.started_at:%Y-%m-%d}", parts=parts
    )


def _facts(chat: Chat, reading: Reading) -> list[tuple[str, str]]:
    facts = [("Topic", chat.topic)] if chat.topic else []
    return [
        *facts,
        ("Started on", f"{chat.started_at:%Y-%m-%d}"),
        ("Printed at", f"{reading.now:%Y-%m-%d %H:%M} UTC"),
        ("Questions", str(chat.message_count)),
    ]


def _message(message: ChatMessage) -> list[Part]:
    parts: list[Part] = [
        Heading(text=f"Question {message.number}"),
        Prose(text=message.question),
        Heading(text="Answer", level=2),
    ]
    if message.state in _NOTES:
        parts.append(Prose(text=_NOTES[message.state]))
    if message.answer:
        parts.append(Prose(text=message.answer, is_markdown=True))
    return parts
