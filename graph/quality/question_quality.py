"""Types, root field and mutations of the quality of questions, for authors and moderators."""

from datetime import datetime, timedelta

import strawberry

from domain.accounts.users import Role
from domain.content.question_kinds.choices import MOST_OPTIONS
from domain.ids import QuestionId
from domain.jobs.job_states import JobState
from domain.quality.item_statistics import FEWEST
from domain.quality.question_quality import FLAGGED_FROM, LONGEST_QUERY
from domain.quality.regrade_jobs import NothingToRegradeError
from domain.quality.suspensions import LONGEST_REASON
from graph.content.questions import Question
from graph.directives import auth, reads_imports
from graph.errors import declare_error
from graph.fields import attribute, given, loaded_by, resolved_by
from graph.jobs.jobs import Job
from graph.mutations import mutated_by
from graph.paging import Connection
from resolvers.quality import loaders, question_quality

_RULE = [*reads_imports()]
declare_error(NothingToRegradeError, "No closed attempt was graded by another key of the question.")


@strawberry.type(description="How often an answer was chosen.", directives=_RULE)
class ChoiceCount:
    """A choice with its count."""

    answer: str = attribute("An option's id, or `true` or `false`.")
    count: int = attribute("In how many responses it was chosen.")


@strawberry.type(
    description="What the responses to a question tell about it: the first graded ones of each learner, without the "
    "author's.",
    directives=_RULE,
)
class ItemStatistics:
    """Statistics of a question."""

    responses: int = attribute("How many learners were asked.")
    facility: float = attribute("The mean credit, in percent with one decimal.")
    discrimination: float | None = attribute(
        "The correlation of the credit with the mean credit of the rest of the attempt, -1 to 1. Below 0, learners who "
        "know the rest know this less. Null while either does not vary."
    )
    choices: list[ChoiceCount] = attribute(
        "What was chosen, most often first; empty for kinds without a choice.", at_most=MOST_OPTIONS, usual=4
    )
    median_time: timedelta | None = attribute("The time that half of the answers took at most, within 2 %.")
    fast_time: timedelta | None = attribute("The time that 5 % of the answers took at most, within 2 %.")
    slow_time: timedelta | None = attribute("The time that 95 % of the answers took at most, within 2 %.")
    difficulty: int = attribute(
        "The Elo difficulty: 1500 is even odds for a learner who gets half of the rest right; 400 more make a right "
        "answer ten times less likely."
    )


@strawberry.type(description="A question that new attempts leave out.", directives=_RULE)
class QuestionSuspension:
    """A suspension."""

    suspended_at: datetime = attribute("Since when.")
    reason: str = attribute("Why.")


@strawberry.type(
    description="The latest regrade of a question, whether its author or a moderator started it. A job that ended is "
    "kept for a week.",
    directives=_RULE,
)
class QuestionRegrade:
    """A regrade with its progress."""

    state: JobState = attribute("Where its job is in its life.")
    progress: int = attribute("How far its job is, from 0 to 100.")
    regraded: int = attribute("How many attempts were graded again by this version so far.")
    raised: int = attribute("How many of them went up.")
    created_at: datetime = attribute("When it was started, or planned for attempts that had to wait.")
    finished_at: datetime | None = attribute("When it ended; null before.")
    next_run_at: datetime | None = attribute("From when on it may begin; null unless it is QUEUED.")


@strawberry.type(
    description="What is known about a version of a question. Its author and moderators see it, but not while an open "
    "attempt of theirs asks the question.",
    directives=_RULE,
)
class QuestionQuality:
    """The quality of a question."""

    question: Question = attribute("The question, without its key.")
    flag_count: int = attribute("How many learners have open reports on it, in any of its versions.")
    is_flagged: bool = attribute(f"Whether these are at least {FLAGGED_FROM}.")
    incorrect_count: int = attribute("How many of them say that what counts as right is wrong.")
    suspension: QuestionSuspension | None = attribute("Since when new attempts leave it out; null if not.")
    suggests_suspension: bool = attribute(
        f"Whether at least {FLAGGED_FROM} learners say that its key is wrong, and the statistics say so too: its "
        "discrimination is below 0, or its facility below that of guesses."
    )
    statistics: ItemStatistics | None = attribute(
        f"The statistics of this version, from {FEWEST} responses on; null before."
    )
    regradable_attempts: int | None = loaded_by(
        loaders.regradable_attempts,
        key="question_id",
        description="How many closed attempts were graded by an earlier key, for `regradeQuestion`.",
    )
    regrade: QuestionRegrade | None = loaded_by(
        loaders.regrades_by_question,
        key="question_id",
        description="The latest regrade by this version; null without one.",
    )


@strawberry.input(description="The question to suspend.")
class SuspendQuestionInput:
    """A question and a reason."""

    question_id: QuestionId = given("The version that is asked now.", required=True)
    reason: str = given(f"Why, for the author: 1 to {LONGEST_REASON} characters.", required=True)


@strawberry.input(description="The question to resume.")
class ResumeQuestionInput:
    """A question."""

    question_id: QuestionId = given("The suspended version.", required=True)


@strawberry.input(description="The question whose attempts are graded again.")
class RegradeQuestionInput:
    """A question."""

    question_id: QuestionId = given("The question, in any of its versions.", required=True)


@strawberry.type
class QualityQueries:
    """The root field of the quality of questions."""

    question_quality: Connection[QuestionQuality] | None = resolved_by(
        question_quality.question_quality,
        description="Questions with open reports and suspended ones, those with the most reporters first. The caller's "
        "role is checked in the database.",
        rule=auth(Role.MODERATOR),
        args={
            "flagged": "Only questions that are flagged, or only others; by default all.",
            "suspended": "Only questions that are suspended, or only others; by default all.",
            "exam_type": "Only questions of the exam type with this code; an unknown code is refused.",
            "difficulty": "Only questions of this difficulty.",
            "query": f"Only questions with these words in the prompt, 1 to {LONGEST_QUERY} characters; case does not "
            "matter.",
        },
    )


@strawberry.type
class QualityMutations:
    """Mutations for authors and moderators."""

    suspend_question = mutated_by(
        question_quality.suspend_question,
        input=SuspendQuestionInput,
        gives={"question": (Question, "The question; its `quality` is as it is now.")},
        rule=reads_imports(),
        description="Lets new attempts leave out a version of a question: of the caller's own, or of any author's for "
        "a moderator. Open attempts go on. The next version of the question is not suspended.",
    )
    resume_question = mutated_by(
        question_quality.resume_question,
        input=ResumeQuestionInput,
        gives={"question": (Question, "The question; its `quality` is as it is now.")},
        rule=reads_imports(),
        description="Lets new attempts ask a suspended question again; another one does not change.",
    )
    regrade_question = mutated_by(
        question_quality.regrade_question,
        input=RegradeQuestionInput,
        gives={"job": (Job, "The job that grades them; its progress is in percent.")},
        refuses=(NothingToRegradeError,),
        rule=reads_imports(),
        description="Grades attempts again that asked an earlier version of the caller's own question, or of any "
        "author's for a moderator, by its newest key. Scores, passes and XP only go up; XP counts on the day of the "
        "attempt, within the cap of that day. Learners whose scores go up get a mail.",
    )
