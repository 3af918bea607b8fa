"""Viewer: the root field for the caller's own data."""

import strawberry

from domain.accounts.scopes import Scope
from domain.learning.daily_targets import DailyKind
from graph.accounts.audit import AuditEntry
from graph.accounts.users import User
from graph.analytics.dashboards import Dashboard
from graph.analytics.learner_analytics import Analytics
from graph.assessment.attempts import QuizAttempt
from graph.authoring.collaborations import Collaborator
from graph.bookmarks.bookmarks import Bookmark, BookmarkTag, Note
from graph.costs import weighed
from graph.directives import auth, public, reads_imports, reads_learning, requires_scopes
from graph.fields import loaded_by, resolved_by, streamed_by
from graph.gamification.streaks import Streak
from graph.gamification.xp import LevelProgress, XpEntry
from graph.imports.imports import Import
from graph.jobs.jobs import MADE_WITHIN, Job
from graph.learning.daily_targets import DailyTarget
from graph.learning.enrolments import Enrolment
from graph.learning.goals import Goal
from graph.mail.email_preferences import EmailPreferences
from graph.paging import Connection
from graph.quality.question_reports import QuestionReport
from graph.study.study_sessions import StudySession
from graph.viewer_explorations import ViewerExplorations
from graph.workflows.workflows import Workflow
from resolvers.accounts import audit, users
from resolvers.accounts import loaders as account_loaders
from resolvers.analytics import dashboards, learner_analytics
from resolvers.assessment import attempts, time_allowances
from resolvers.authoring import collaborations as collaboration_resolvers
from resolvers.bookmarks import bookmarks as bookmark_resolvers
from resolvers.gamification import streaks, xp
from resolvers.imports import imports as import_resolvers
from resolvers.jobs import jobs as job_resolvers
from resolvers.learning import daily_targets, enrolments, goals
from resolvers.mail import email_preferences
from resolvers.quality import question_reports
from resolvers.study import study_sessions as study_resolvers
from resolvers.workflows import workflows as workflow_resolvers


@strawberry.type(description="The signed-in caller and their own data.", directives=[*reads_learning()])
class Viewer(ViewerExplorations):
    """The caller's own data."""

    user: User | None = loaded_by(
        account_loaders.users_by_id,
        key="user_id",
        description="The caller's profile, with its private fields.",
        rule=requires_scopes(Scope.READ_PROFILE),
    )
    streak: Streak | None = resolved_by(
        streaks.viewer_streak,
        description="The caller's streak: the days in a row with an activity that counts.",
    )
    analytics: Analytics | None = resolved_by(
        learner_analytics.viewer_analytics, description="Statistics of the caller's graded attempts."
    )
    dashboard: Dashboard | None = weighed(
        resolved_by(dashboards.viewer_dashboard, description="The caller's progress at a glance."), 10
    )
    daily_targets: list[DailyTarget] | None = resolved_by(
        daily_targets.viewer_daily_targets,
        description="The caller's daily targets as they stand now.",
        at_most=len(DailyKind),
    )
    goals: Connection[Goal] | None = resolved_by(
        goals.viewer_goals,
        description="The caller's goals, newest first.",
        args={"state": "Only goals in this state; by default all."},
    )
    bookmarks: Connection[Bookmark] | None = resolved_by(
        bookmark_resolvers.viewer_bookmarks,
        description="The caller's bookmarks, newest first.",
        args={
            "type": "Only bookmarks of this kind of content; by default all.",
            "tag": "Only bookmarks with this tag, in any case; by default all.",
        },
    )
    tags: Connection[BookmarkTag] | None = resolved_by(
        bookmark_resolvers.viewer_tags,
        description="The tags of the caller's bookmarks with their counts, by name.",
    )
    collaborations: Connection[Collaborator] | None = resolved_by(
        collaboration_resolvers.viewer_collaborations,
        description="The roadmaps of others that the caller works on, or is invited to, newest first.",
    )
    notes: Connection[Note] | None = resolved_by(
        bookmark_resolvers.viewer_notes,
        description="The caller's notes, newest first.",
        args={"type": "Only notes on this kind of content; by default all."},
    )
    question_reports: Connection[QuestionReport] | None = resolved_by(
        question_reports.viewer_reports,
        description="The caller's reports on questions, newest first. What became of one of kind INCORRECT is left out "
        "while an open attempt of theirs asks the question.",
        args={
            "state": "Only reports in this state; by default all.",
            "kind": "Only reports of this kind; by default all.",
        },
    )
    level_progress: LevelProgress | None = resolved_by(
        xp.level_progress, description="The caller's level, and the progress to the next one."
    )
    xp: Connection[XpEntry] | None = resolved_by(
        xp.viewer_xp, description="The entries of the caller's XP ledger, newest first."
    )
    attempts: Connection[QuizAttempt] | None = resolved_by(
        attempts.viewer_attempts,
        description="The caller's attempts at quizzes, newest first.",
        args={
            "quiz_id": "Only attempts at this quiz; by default at all.",
            "exam_type": "Only attempts at quizzes of the exam type with this code; an unknown code is refused.",
            "state": "Only attempts in this state; by default all.",
            "passed": "Only attempts that were passed, or only those that were graded and not passed; by default all.",
            "since": "Only attempts that were started from this moment on.",
            "until": "Only attempts that were started before this moment.",
        },
    )
    time_multiplier: float | None = resolved_by(
        time_allowances.viewer_time_multiplier,
        description="The number by which the time limits of the caller's attempts are multiplied, as a moderator set "
        "it; 1 without one.",
    )
    study_sessions: Connection[StudySession] | None = resolved_by(
        study_resolvers.viewer_study_sessions,
        description="The caller's study sessions, newest first.",
        args={
            "exam_type": "Only sessions of the exam type with this code; by default all. An unknown code is refused.",
            "is_open": "Only open sessions, or only those that have ended; by default all.",
        },
    )
    enrolments: Connection[Enrolment] | None = resolved_by(
        enrolments.viewer_enrolments, description="The caller's enrolments in roadmaps, newest first."
    )
    imports: Connection[Import] | None = resolved_by(
        import_resolvers.viewer_imports,
        description="The caller's imports, newest first.",
        rule=reads_imports(),
        args={
            "kind": "Only imports of this kind; by default all.",
            "outcome": "Only imports with this outcome; by default all.",
            "format": "Only imports of files read as this format, as `Import.format` says it; by default all.",
            "is_running": "Only imports that run, or only those that have ended; by default all.",
        },
    )
    jobs: Connection[Job] | None = resolved_by(
        job_resolvers.viewer_jobs,
        description="The caller's jobs, newest first.",
        rule=requires_scopes(Scope.READ_OPERATIONS),
        args={"state": "Only jobs in this state; by default all.", "kind": "Only jobs of this kind."}
        | MADE_WITHIN,
    )
    workflows: Connection[Workflow] | None = resolved_by(
        workflow_resolvers.viewer_workflows,
        description="The workflows that are about the caller, and those that they started about no other user; the "
        "newest first.",
        rule=requires_scopes(Scope.READ_OPERATIONS),
        args={
            "state": "Only workflows in this state; by default all.",
            "template": "Only workflows of this template.",
        }
        | MADE_WITHIN,
    )
    email_preferences: EmailPreferences | None = resolved_by(
        email_preferences.viewer_preferences,
        description="Which mails the caller has asked for.",
        rule=auth(),
    )
    audit_log: Connection[AuditEntry] | None = resolved_by(
        audit.viewer_audit_log,
        description="The audit log of the caller's own actions and of actions on their account, newest first.",
        rule=requires_scopes(Scope.ADMIN_READ),
    )


@strawberry.type
class ViewerQueries:
    """The root field of the caller."""

    viewer: Viewer | None = resolved_by(
        users.viewer, description="The signed-in caller; null for an anonymous one.", rule=public()
    )


@strawberry.type
class ViewerSubscriptions:
    """The subscription of the caller's progress."""

    viewer_progress: Viewer | None = streamed_by(
        daily_targets.viewer_progress,
        description="The caller now, and within about a second of each change of their daily targets and goals.",
        rule=reads_learning(),
    )
