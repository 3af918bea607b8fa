"""Types of a learner's analytics: performance, accuracy by exam domain, weak areas."""

from datetime import date

import strawberry

from domain.analytics.learner_analytics import MOST_DOMAINS
from domain.analytics.performance import MOST_DAYS
from domain.analytics.weak_areas import ENOUGH_ATTEMPTS, WEAK_BELOW_PERCENT
from graph.analytics.explorations import Exploration
from graph.analytics.periods import Period
from graph.content.exam_types import ExamDomain
from graph.costs import weighed
from graph.declarations import Lookahead
from graph.directives import reads_learning
from graph.fields import attribute, loaded_by, resolved_by
from resolvers.analytics import explorations, learner_analytics
from resolvers.content import loaders as content_loaders

_EXAM_TYPE = (
    "The code of an exam type, to count only its quizzes; by default all count. An unknown code is refused."
)


@strawberry.type(description="A learner's quizzes on one local day.", directives=[*reads_learning()])
class PerformanceDay:
    """A day, with or without quizzes."""

    local_date: date = attribute("The date in the learner's time zone.", name="date")
    quizzes_taken: int = attribute("How many quizzes were finished.")
    average_score: float | None = attribute(
        "The mean score in percent, with one decimal; null for a day without quizzes."
    )
    total_questions: int = attribute("How many questions they had.")
    correct_answers: int = attribute("How many were answered correctly.")


@strawberry.type(description="A learner's quizzes in a period, as a whole.", directives=[*reads_learning()])
class PerformanceSummary:
    """Totals of a period."""

    total_quizzes: int = attribute("How many quizzes were finished.")
    average_score: float | None = attribute("The mean score of all quizzes in percent, or null without any.")
    improvement: float | None = attribute(
        "The average minus that of the equally long period before, in percentage points; null if either has no "
        "quizzes, and for ALL."
    )
    best_day: date | None = attribute("The day with the highest average, the earliest of several.")
    best_score: float | None = attribute("The highest score of a single quiz in percent.")


@strawberry.type(description="A learner's performance in a period.", directives=[*reads_learning()])
class Performance:
    """Days and their summary."""

    period: Period = attribute("The period.")
    days: list[PerformanceDay] = attribute(
        "Every local day of the period, the earliest first; of a longer period the latest days.",
        at_most=MOST_DAYS,
    )
    summary: PerformanceSummary = attribute("The whole period, including days that are not listed.")


@strawberry.type(description="A learner's accuracy in one exam domain.", directives=[*reads_learning()])
class DomainPerformance:
    """Accuracy in a domain."""

    domain: ExamDomain | None = loaded_by(
        content_loaders.exam_domains_by_id, key="domain_id", description="The exam domain."
    )
    attempts: int = attribute("How many of its questions were answered in graded attempts.")
    correct: int = attribute("How many of them correctly.")
    accuracy: float = attribute("The share of correct answers in percent, with one decimal.")


@strawberry.type(
    description="A 95 % confidence interval.",
    directives=[*reads_learning()],
)
class Interval:
    """A confidence interval."""

    low: float = attribute("The lower end in percent.")
    high: float = attribute("The upper end in percent.")


@strawberry.type(
    description=f"An exam domain to work on: at least {ENOUGH_ATTEMPTS} answers, of which less than "
    f"{WEAK_BELOW_PERCENT} % are correct.",
    directives=[*reads_learning()],
)
class WeakArea:
    """A weak domain."""

    domain: ExamDomain | None = loaded_by(
        content_loaders.exam_domains_by_id, key="domain_id", description="The exam domain."
    )
    attempts: int = attribute("How many of its questions were answered in graded attempts.")
    correct: int = attribute("How many of them correctly.")
    accuracy: float = attribute("The share of correct answers in percent, with one decimal.")
    confidence: Interval = attribute("The confidence interval of the accuracy, by Wilson's method.")
    recommendation: str = attribute("A sentence that says what to review, with the numbers.")


@strawberry.type(
    description="Totals of the caller's graded attempts, and of what they explored.",
    directives=[*reads_learning()],
)
class Analytics:
    """Everything is computed from totals of days."""

    performance: Performance | None = weighed(
        resolved_by(
            learner_analytics.performance_in,
            description="Quizzes and scores by local day, and in the period as a whole.",
            args={"period": "The period.", "exam_type": _EXAM_TYPE},
            lookahead={"summary": Lookahead(field="summary")},
        ),
        10,
    )
    domain_performance: list[DomainPerformance] | None = weighed(
        resolved_by(
            learner_analytics.domain_performance,
            description="The accuracy in each exam domain, by exam type and code.",
            at_most=MOST_DOMAINS,
            args={"exam_type": _EXAM_TYPE},
        ),
        5,
    )
    weak_areas: list[WeakArea] | None = weighed(
        resolved_by(
            learner_analytics.weak_areas,
            description="The exam domains to work on, the worst first.",
            at_most=MOST_DOMAINS,
            args={"exam_type": _EXAM_TYPE},
        ),
        5,
    )
    explore: Exploration | None = weighed(
        resolved_by(
            explorations.explore,
            description="What the caller did in topics, chats and threads, by local day and in the period as a whole.",
            args={"period": "The period."},
        ),
        10,
    )


@strawberry.type
class AnalyticsQueries:
    """The root field of the caller's analytics."""

    analytics: Analytics | None = resolved_by(
        learner_analytics.analytics,
        description="Totals of the caller's graded attempts; the same as `viewer { analytics }`.",
        rule=reads_learning(),
    )
