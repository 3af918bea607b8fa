"""Documents of threads: the contents in their order, as their owner and those with whom they are shared read them."""

from domain.ids import ThreadId
from domain.paging import Window
from domain.printouts.documents import Document, Facts, Heading, Part, Prose
from domain.printouts.readings import Reading
from domain.printouts.work import PrintoutsWork
from domain.threads.thread_contents import MOST_CONTENTS


async def compose(work: PrintoutsWork, target_id: str, reading: Reading) -> Document | None:
    """Compose a thread that the viewer may see; chats about its contents are documents of their own."""
    thread_id, viewer_id = ThreadId(target_id), reading.viewer_id
    (thread,) = await work.threads.by_ids([thread_id], viewer_id=viewer_id, now=reading.now)
    if thread is None:
        return None
    (page,) = await work.thread_contents.of_threads(
        [thread_id], Window(size=MOST_CONTENTS), viewer_id=viewer_id, now=reading.now
    )
    facts = [("Changed on", f"{thread.changed_at:%Y-%m-%d}"), ("Contents", str(len(page.nodes)))]
    parts: list[Part] = [Facts(lines=facts)]
    if thread.description:
        parts.append(Prose(text=thread.description))
    for number, content in enumerate(page.nodes, start=1):
        parts.append(Heading(text=f"{number}. {content.title}"))
        if content.is_generated:
            parts.append(Prose(text="A language model wrote this."))
        if content.body:
            parts.append(Prose(text=content.body, is_markdown=True))
    return Document(title=thread.title, file_name=f"thread-{thread.created_at:%Y-%m-%d}", parts=parts)
