"""Type of the provenance of generated questions."""

from datetime import datetime

import strawberry

from graph.accounts.users import User
from graph.directives import reads_learning
from graph.fields import attribute, loaded_by
from resolvers.accounts import loaders as account_loaders


@strawberry.type(
    description="Where a generated question comes from. Until a human has reviewed it, attempts that ask it and "
    "reviews of its card earn no XP, and pools do not draw it.",
    directives=[*reads_learning()],
)
class QuestionProvenance:
    """The provenance of a question, in all its versions."""

    model: str = attribute("The model that wrote it.")
    prompt: str = attribute("The name of the prompt.")
    prompt_version: int = attribute("The version of the prompt.")
    generated_at: datetime = attribute("When it was generated.")
    reviewed_at: datetime | None = attribute("When a human has reviewed or changed it; null before.")
    reviewed_by: User | None = loaded_by(
        account_loaders.users_by_id,
        key="reviewed_by_id",
        description="Who has; null before, and for all but the author and moderators.",
    )
