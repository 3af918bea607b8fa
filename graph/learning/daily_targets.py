"""Types and mutations of daily targets."""

from datetime import date, datetime

import strawberry

from domain.gamification.xp_rules import CURRENT
from domain.learning.daily_targets import BOUNDS, LATE_DATES, LONGEST_ANSWER, DailyKind
from graph.changed_viewer import changed_viewer
from graph.directives import reads_learning, writes_learning
from graph.enums import declare_enum
from graph.fields import attribute, given, loaded_by
from graph.mutations import mutated_by
from graph.paging import Connection
from resolvers.learning import daily_targets

declare_enum(
    DailyKind,
    "What a daily target counts.",
    DAILY_QUESTIONS="Answers in graded attempts at quizzes of others, right or wrong.",
    DAILY_XP="XP of quizzes, nodes and reviews; withheld XP counts when it is settled.",
    DAILY_MINUTES="Minutes from the start to the end of graded attempts at quizzes of others, at most "
    f"{LONGEST_ANSWER.seconds // 60} for each answer.",
    DAILY_REVIEWS="Reviews of cards of questions of others that were not taken back.",
)
_BOUNDS = ", ".join(f"{least} to {most} for {kind.value}" for kind, (least, most) in BOUNDS.items())


@strawberry.type(
    description="A local date on which a daily target was reached.", directives=[*reads_learning()]
)
class DailyTargetDay:
    """A reached date."""

    local_date: date = attribute("The date in the learner's time zone.", name="date")
    target: int = attribute("The target on that date.")
    reached_at: datetime = attribute("When it was reached.")


@strawberry.type(
    description="How much a learner wants to do each day. Only they can read it.",
    directives=[*reads_learning()],
)
class DailyTarget:
    """A target as it stands today."""

    kind: DailyKind = attribute("What it counts; a learner has at most one target of each kind.")
    target: int = attribute("How much is to be done today.")
    next_target: int | None = attribute("The target from tomorrow on, after it was lowered today; else null.")
    done: int = attribute("How much is done today.")
    percentage: int = attribute("The part that is done, in whole percent, rounded down, at most 100.")
    reached: bool = attribute("Whether it was reached today; raising it afterwards does not take that back.")
    reached_at: datetime | None = attribute(
        "When its XP was awarded for today: within about a second of being reached; else null."
    )
    local_date: date = attribute(
        "Today in the learner's time zone, with their start of the day.", name="date"
    )
    ends_at: datetime = attribute("When today ends.")
    streak: int | None = loaded_by(
        daily_targets.streaks_by_target,
        key="as_of",
        pick="current",
        description="How many dates in a row it was reached, up to today or yesterday. Freezes do not apply.",
    )
    longest_streak: int | None = loaded_by(
        daily_targets.streaks_by_target,
        key="as_of",
        pick="longest",
        description="The most dates in a row on which it was reached.",
    )
    history: Connection[DailyTargetDay] | None = loaded_by(
        daily_targets.history_by_kind,
        key="key",
        description="The dates on which it was reached, newest first.",
        args={},
    )


@strawberry.input(description="A kind of target and a figure.")
class SetDailyTargetInput:
    """A target."""

    kind: DailyKind = given("What is counted.", required=True)
    target: int = given(f"How much a day: {_BOUNDS}.", required=True)


@strawberry.input(description="The target to remove.")
class RemoveDailyTargetInput:
    """A kind."""

    kind: DailyKind = given("What is counted.", required=True)


@strawberry.type
class DailyTargetMutations:
    """Mutations of daily targets."""

    set_daily_target = mutated_by(
        daily_targets.set_daily_target,
        input=SetDailyTargetInput,
        gives={"daily_target": (DailyTarget, "The target as it stands now.")},
        also=changed_viewer(),
        rule=writes_learning(),
        description="Sets the caller's daily target of a kind. A higher target applies today, a lower one from "
        f"tomorrow on. Reaching it awards {CURRENT.daily_target} XP, once a date, and counts for the streak; what was "
        f"done offline still counts for the {LATE_DATES} dates before today.",
    )
    remove_daily_target = mutated_by(
        daily_targets.remove_daily_target,
        input=RemoveDailyTargetInput,
        gives={"daily_target": (DailyTarget, "The removed target as it was.")},
        also=changed_viewer(),
        rule=writes_learning(),
        description="Removes the caller's daily target of a kind. Its XP and its history stay, and are there again "
        "when it is set anew.",
    )
