"""XP and levels: the ledger of a learner, and their progress on the level curve."""

from datetime import date, datetime

import strawberry

from domain.gamification.levels import XP_STEP
from domain.gamification.xp import XpReason, XpStatus
from domain.gamification.xp_rules import CURRENT as RULES
from domain.ids import XpEntryId
from graph.directives import reads_learning
from graph.enums import declare_enum
from graph.fields import attribute
from graph.node import Node
from graph.scalars import BigInt

declare_enum(
    XpReason,
    "Why XP was awarded.",
    QUIZ="The answers of a quiz attempt; an own quiz earns nothing. "
    f"Quizzes earn at most {RULES.quiz_cap_per_day} a day.",
    QUIZ_COMPLETION=f"A quiz attempt with a score of at least {RULES.completion_percent} %.",
    QUIZ_PERFECT=f"A quiz attempt of at least {RULES.perfect_questions} questions, all answered right.",
    NODE_COMPLETED="A completed node of a roadmap, once for all versions of it; of an own roadmap it earns nothing. "
    f"Nodes earn at most {RULES.nodes_cap_per_day} a day.",
    GOAL_COMPLETED="A completed goal with a measured end, at most one a day; a manual goal, or one for an own roadmap, "
    "earns nothing.",
    STREAK_MILESTONE=f"A streak of {RULES.milestone_days} days, once each.",
    DAILY_TARGET=f"A daily target that was reached, {RULES.daily_target} XP for each kind once a local date.",
    REVIEW=f"A reviewed card, {RULES.review} XP once a local date for each; an own question earns nothing. "
    f"Reviews earn at most {RULES.reviews_cap_per_day} a day.",
    ADJUSTMENT="A correction, which can be negative.",
)
declare_enum(
    XpStatus,
    "Whether an entry counts.",
    PENDING="It does not count until a moderator or a rule settles it.",
    SETTLED="It counts in the total, the level and the leaderboards.",
    REVERSED="It was rejected and never counts.",
)


@strawberry.type(description="The source of XP.", directives=[*reads_learning()])
class XpSource:
    """A kind of object and its id."""

    type: str = attribute(
        "The kind of object, like `attempt`, `node`, `roadmap`, `streak`, `daily_target` or `review_card`."
    )
    id: str = attribute(
        "The id of the object, the number of days of a streak, kind and date of a daily target, or card and date "
        "of a review."
    )


@strawberry.type(
    description="One entry of a learner's XP ledger. Entries are added and never changed.",
    directives=[*reads_learning()],
)
class XpEntry(Node):
    """An entry, with a sentence that explains it."""

    id: XpEntryId = attribute("The entry's id, `xp_...`.")
    amount: int = attribute("The XP: 0 if a cap or a repeat left nothing, negative in a correction.")
    reason: XpReason = attribute("Why it was awarded.")
    source: XpSource = attribute("What it was awarded for; each source earns once per reason.")
    rule_version: int = attribute("The version of the XP rules that it was computed with.")
    explanation: str = attribute("The rule, its inputs and its result, as a sentence.")
    occurred_at: datetime = attribute("When it was earned.")
    local_date: date = attribute("The learner's local date on which it was earned.")
    status: XpStatus = attribute("Whether it counts.")


@strawberry.type(description="The progress of a learner on the level curve.", directives=[*reads_learning()])
class LevelProgress:
    """A position on the curve."""

    level: int = attribute(f"The level; level L needs {XP_STEP} x L x (L - 1) XP in total.")
    xp_total: BigInt = attribute("The sum of all settled XP.")
    xp_into_level: int = attribute("The XP since the level was reached.")
    xp_for_next_level: int = attribute("The XP from the start of this level to the next one.")
    progress: float = attribute("The part of the way to the next level, from 0 to 1.")
