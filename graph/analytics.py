"""Analytics: what the schema tells of a learner's graded attempts."""

from datetime import date

import strawberry

from domain.analytics import MOST_DOMAINS
from domain.performance import MOST_DAYS, Period
from domain.weaknesses import Trend
from graph.costs import weighed
from graph.declarations import Foresight
from graph.described import declare_enum
from graph.directives import reads_learning
from graph.exam_types import ExamDomain
from graph.fields import attribute, loaded_by, resolved_by
from resolvers import analytics, loaders

declare_enum(
    Period,
    "A number of local days that ends with today.",
    D7="The last 7 days.",
    D30="The last 30 days.",
    D90="The last 90 days.",
    ALL="Every day since the first quiz.",
)
declare_enum(
    Trend,
    "Where accuracy is heading.",
    IMPROVING="It is rising.",
    DECLINING="It is falling.",
    STABLE="It stays about the same.",
)
_EXAM_TYPE = "The id of an exam type, to count its quizzes alone; all exam types where it is left out."


@strawberry.type(
    description="One local day of a learner's quizzes.",
    directives=[*reads_learning()],
)
class PerformanceDay:
    """A day, with or without quizzes."""

    local_date: date = attribute("The date in the learner's own zone.", name="date")
    quizzes_taken: int = attribute("How many quizzes were finished.")
    average_score: float | None = attribute(
        "The mean score in percent, with one decimal; null for a day without quizzes."
    )
    total_questions: int = attribute("How many questions they had.")
    correct_answers: int = attribute("How many were answered correctly.")


@strawberry.type(
    description="A period of a learner's quizzes as a whole.",
    directives=[*reads_learning()],
)
class PerformanceSummary:
    """Totals of a period."""

    total_quizzes: int = attribute("How many quizzes were finished.")
    average_score: float | None = attribute("The mean score of all quizzes in percent, or null without any.")
    improvement: float | None = attribute(
        "The average less that of the equally long period before, in percentage points; null where either has no "
        "quizzes, and for ALL."
    )
    best_day: date | None = attribute("The day with the highest average, the earliest of several.")
    best_score: float | None = attribute("The highest score of a single quiz in percent.")


@strawberry.type(description="How a learner did in a period.", directives=[*reads_learning()])
class Performance:
    """Days and their summary."""

    period: Period = attribute("The period.")
    days: list[PerformanceDay] = attribute(
        "Every local day of the period, the earliest first; of a longer one the latest 366.",
        at_most=MOST_DAYS,
    )
    summary: PerformanceSummary = attribute("The whole period, days that are not listed included.")


@strawberry.type(
    description="How a learner answers the questions of one exam domain.",
    directives=[*reads_learning()],
)
class DomainPerformance:
    """Accuracy in a domain."""

    domain: ExamDomain | None = loaded_by(
        loaders.exam_domains_by_id, key="domain_id", description="The exam domain."
    )
    attempts: int = attribute("How many of its questions were answered in graded attempts.")
    correct: int = attribute("How many of them correctly.")
    accuracy: float = attribute("The share of correct answers in percent, with one decimal.")
    trend: Trend | None = attribute("Where accuracy is heading; null while it is not known.")


@strawberry.type(
    description="The range that the true value lies in with a likelihood of 95 %.",
    directives=[*reads_learning()],
)
class Interval:
    """A confidence interval."""

    low: float = attribute("The lower end in percent.")
    high: float = attribute("The upper end in percent.")


@strawberry.type(
    description="An exam domain to work on: at least 10 answers, of which less than 70 % are correct.",
    directives=[*reads_learning()],
)
class WeakArea:
    """A weak domain."""

    domain: ExamDomain | None = loaded_by(
        loaders.exam_domains_by_id, key="domain_id", description="The exam domain."
    )
    attempts: int = attribute("How many of its questions were answered in graded attempts.")
    correct: int = attribute("How many of them correctly.")
    accuracy: float = attribute("The share of correct answers in percent, with one decimal.")
    confidence: Interval = attribute("How sure the accuracy is: Wilson's 95 % interval.")
    recommendation: str = attribute("A sentence that says what to do, with the numbers in it.")


@strawberry.type(
    description="What the caller's graded attempts add up to.",
    directives=[*reads_learning()],
)
class Analytics:
    """Everything is reckoned from daily totals."""

    performance: Performance | None = weighed(
        resolved_by(
            analytics.performance_in,
            description="Scores by local day, and the period as a whole.",
            args={"period": "How far back to look.", "exam_type": _EXAM_TYPE},
            foresees={"summary": Foresight(field="summary")},
        ),
        10,
    )
    domain_performance: list[DomainPerformance] | None = weighed(
        resolved_by(
            analytics.domain_performance,
            description="Accuracy by exam domain, by exam type and code.",
            at_most=MOST_DOMAINS,
            args={"exam_type": _EXAM_TYPE},
        ),
        5,
    )
    weak_areas: list[WeakArea] | None = weighed(
        resolved_by(
            analytics.weak_areas,
            description="The exam domains to work on, the worst first.",
            at_most=MOST_DOMAINS,
            args={"exam_type": _EXAM_TYPE},
        ),
        5,
    )


@strawberry.type
class AnalyticsQueries:
    """The root field of the caller's analytics."""

    analytics: Analytics | None = resolved_by(
        analytics.analytics,
        description="What the caller's graded attempts add up to; the same as `viewer { analytics }`.",
        rule=reads_learning(),
    )
