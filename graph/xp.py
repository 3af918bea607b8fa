"""XP and levels: the ledger of a learner, and where they stand on the curve."""

from datetime import date, datetime

import strawberry

from domain.ids import XpEntryId
from domain.xp import XpReason, XpStatus
from graph.described import declare_enum
from graph.directives import reads_learning
from graph.fields import attribute
from graph.scalars import BigInt

declare_enum(
    XpReason,
    "What XP was given for.",
    QUIZ="The answers of a quiz attempt.",
    QUIZ_COMPLETION="A quiz attempt with a score of at least 70 %.",
    QUIZ_PERFECT="A quiz attempt with every question right, of at least 5.",
    NODE_COMPLETED="A node of a roadmap, once for all its versions.",
    GOAL_COMPLETED="A goal that was reached.",
    STREAK_MILESTONE="A streak of 7, 30, 100 or 365 days, once each.",
    DAILY_TARGET="A daily target that was reached.",
    REVIEW="A spaced review.",
    ADJUSTMENT="A correction, which may be negative.",
)
declare_enum(
    XpStatus,
    "Whether an entry counts.",
    PENDING="It counts nowhere until a moderator or a rule settles it.",
    SETTLED="It counts in the total, the level and the leaderboards.",
    REVERSED="It was refused and never counts.",
)


@strawberry.type(description="What XP was earned with.", directives=[*reads_learning()])
class XpSource:
    """A kind of thing and its id."""

    type: str = attribute("The kind of thing, like `attempt`, `node` or `streak`.")
    id: str = attribute("Which one: an id, or the number of days of a streak.")


@strawberry.type(
    description="One line of a learner's ledger; lines are added and never changed.",
    directives=[*reads_learning()],
)
class XpEntry:
    """An entry, with the sentence that explains it."""

    id: XpEntryId = attribute("The entry's id, `xp_...`.")
    amount: int = attribute("The XP; 0 where a cap or a repeat left nothing, negative in a correction.")
    reason: XpReason = attribute("What it was given for.")
    source: XpSource = attribute("What it was earned with; each thing earns once per reason.")
    rule_version: int = attribute("The version of the rules that it was reckoned with.")
    explanation: str = attribute("The rule, its inputs and the result, as a sentence.")
    occurred_at: datetime = attribute("When it was earned.")
    local_date: date = attribute("The learner's day on which it was earned.")
    status: XpStatus = attribute("Whether it counts.")


@strawberry.type(
    description="Where a learner stands on the level curve.",
    directives=[*reads_learning()],
)
class LevelProgress:
    """A place on the curve."""

    level: int = attribute("The level; level L needs 50 x L x (L - 1) XP in total.")
    xp_total: BigInt = attribute("All settled XP.")
    xp_into_level: int = attribute("The XP since the level was reached.")
    xp_for_next_level: int = attribute("The XP from the start of this level to the next one.")
    progress: float = attribute("The part of the way to the next level, 0 to 1.")
    unlocks: list[str] = attribute("What the next level unlocks; empty for now.", at_most=20)
