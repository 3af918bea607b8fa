"""Types, root field and mutations of reports on questions."""

from datetime import datetime

import strawberry

from domain.accounts.users import Role
from domain.errors import ForbiddenError
from domain.ids import QuestionId, QuestionReportId
from domain.quality.question_reports import (
    LONGEST_COMMENT,
    MOST_A_DAY,
    MOST_AT_ONCE,
    AlreadyReportedError,
    ReportDecidedError,
    ReportKind,
    ReportState,
    TooManyReportsError,
)
from graph.accounts.users import User
from graph.content.questions import Question
from graph.directives import auth, reads_learning, writes_learning
from graph.enums import declare_enum
from graph.errors import declare_error
from graph.fields import attribute, given, loaded_by, resolved_by
from graph.mutations import mutated_by
from graph.node import Node
from graph.paging import Connection
from resolvers.accounts import loaders as account_loaders
from resolvers.quality import loaders, question_reports

declare_enum(
    ReportKind,
    "What is wrong with a question.",
    INCORRECT="What counts as right is wrong.",
    TYPO="A slip of the pen.",
    UNCLEAR="It can be understood in more than one way.",
    OTHER="What the comment says.",
)
declare_enum(
    ReportState,
    "What became of a report.",
    PENDING="It waits for a moderator.",
    RESOLVED="A moderator agreed.",
    DISMISSED="A moderator did not agree.",
)
declare_error(AlreadyReportedError, "The caller has an open report on the question.")
declare_error(TooManyReportsError, "The caller has sent as many reports as are allowed within a day.")
declare_error(ReportDecidedError, "A moderator has decided about the report before.")
_MODERATOR = auth(Role.MODERATOR)
_ANSWER = (
    f"The answer that reporters read in their list: 1 to {LONGEST_COMMENT:,} characters, or null.".replace(
        ",", " ", 1
    )
)


@strawberry.type(
    description="A learner's report on a question. Only they and moderators see it.",
    directives=[*reads_learning()],
)
class QuestionReport(Node):
    """A report."""

    id: QuestionReportId = attribute("The report's id, `report_...`.")
    question: Question | None = loaded_by(
        loaders.reported_questions,
        key="question_id",
        description="The question, in the version that the learner was asked.",
    )
    reporter: User | None = loaded_by(
        account_loaders.users_by_id,
        key="reporter_id",
        description="Who sent it; null once the account is deleted.",
    )
    kind: ReportKind = attribute("What is wrong.")
    comment: str = attribute("What the learner wrote; it may be empty.")
    state: ReportState = attribute("What became of it.")
    answer: str | None = attribute("What a moderator answered, or null.")
    created_at: datetime = attribute("When it was sent.")
    decided_at: datetime | None = attribute("When a moderator decided about it, or null.")


@strawberry.input(description="What is wrong with a question.")
class ReportQuestionInput:
    """A report."""

    question_id: QuestionId = given("A question that the caller was asked in an attempt.", required=True)
    kind: ReportKind = given("What is wrong.", required=True)
    comment: str = given(
        "More about it: at most 2 000 characters. A report of kind OTHER needs one.", default=""
    )


@strawberry.input(description="The report to withdraw.")
class WithdrawReportInput:
    """A report."""

    id: QuestionReportId = given("An open report of the caller's.", required=True)


@strawberry.input(description="The report to resolve.")
class ResolveReportInput:
    """A report and an answer."""

    report_id: QuestionReportId = given("An open report.", required=True)
    answer: str | None = given(_ANSWER)


@strawberry.input(description="The reports to dismiss.")
class DismissReportsInput:
    """Reports and an answer."""

    report_ids: list[QuestionReportId] = given(
        f"Open reports on one question, at most {MOST_AT_ONCE}.", required=True
    )
    answer: str | None = given(_ANSWER)


@strawberry.type
class ReportQueries:
    """The root field of reports."""

    question_reports: Connection[QuestionReport] | None = resolved_by(
        question_reports.question_reports,
        description="The reports of all learners, oldest first. Those of kind INCORRECT on a question that an open "
        "attempt of the caller's asks are left out. The caller's role is checked in the database.",
        rule=_MODERATOR,
        args={
            "state": "Only reports in this state; by default all.",
            "kind": "Only reports of this kind; by default all.",
            "question_id": "Only reports on this question, in any of its versions; by default all.",
        },
    )


@strawberry.type
class ReportMutations:
    """Mutations of reports."""

    report_question = mutated_by(
        question_reports.report_question,
        input=ReportQuestionInput,
        gives={"report": (QuestionReport, "The report.")},
        refuses=(AlreadyReportedError, TooManyReportsError),
        rule=writes_learning(),
        description="Reports a question that the caller was asked, once until a moderator has decided. At most "
        f"{MOST_A_DAY} reports within 24 hours.",
    )
    withdraw_report = mutated_by(
        question_reports.withdraw_report,
        input=WithdrawReportInput,
        gives={"report": (QuestionReport, "The withdrawn report as it was.")},
        refuses=(ReportDecidedError,),
        rule=writes_learning(),
        description="Removes an open report of the caller's.",
    )
    resolve_report = mutated_by(
        question_reports.resolve_report,
        input=ResolveReportInput,
        gives={
            "report": (QuestionReport, "The report as it is now."),
            "count": (int, "How many reports were resolved: this one and those like it."),
        },
        refuses=(ReportDecidedError, ForbiddenError),
        rule=_MODERATOR,
        description="Agrees with a report, and resolves with it all open ones of its kind on its question. Each "
        "reporter gets a mail. It is not for the author of the question.",
    )
    dismiss_reports = mutated_by(
        question_reports.dismiss_reports,
        input=DismissReportsInput,
        gives={"reports": (list[QuestionReport], "The reports as they are now.", MOST_AT_ONCE)},
        refuses=(ReportDecidedError, ForbiddenError),
        rule=_MODERATOR,
        description="Disagrees with reports on one question, which lowers its `flagCount`. Each reporter gets a mail. "
        "It is not for the author of the question.",
    )
