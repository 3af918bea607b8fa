"""Chat answers by the offline author: three paragraphs about the question, in several pieces."""

from domain.ai.requests import AiRequest
from gateway.ai.offline import sources


def write(request: AiRequest) -> str:
    """Write an answer to `question`."""
    question = sources.value(request, "question", "your question")[:200]
    words = sources.words(question)[:5] or [question]
    asked = len(request.turns) // 2 + 1
    return (
        f"You asked: {question}\n\n"
        f"It helps to look at these words first: {', '.join(f'**{word}**' for word in words)}. "
        f"Say for each what it means, and give an example.\n\n"
        f"This was question {asked} of this conversation. What do you want to know next?"
    )
