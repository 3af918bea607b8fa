"""Stores: every store of Postgres, on one connection."""

from collections.abc import Callable
from typing import Generic, TypeVar

from domain.signals import Signal
from persistence.accounts.access_revocation import SqlAccess
from persistence.accounts.api_keys import SqlApiKeys
from persistence.accounts.audit import SqlAudit
from persistence.accounts.profile_visibility import SqlPrivacies
from persistence.accounts.roles import SqlRoles
from persistence.accounts.users import SqlUsers
from persistence.ai.calls import SqlAiCalls
from persistence.analytics.activity_log import SqlActivityLog
from persistence.analytics.dashboards import SqlDashboards
from persistence.analytics.explorations import SqlExplorations
from persistence.analytics.learner_analytics import SqlLearnerAnalytics
from persistence.analytics.weekly_digests import SqlDigests
from persistence.assessment.attempts import SqlAttempts
from persistence.assessment.slot_partitions import SqlSlotPartitions
from persistence.assessment.submissions import SqlSubmissions
from persistence.assessment.time_allowances import SqlTimeAllowances
from persistence.authentication.attempt_limits import SqlAttemptLimits
from persistence.authentication.credentials import SqlCredentials
from persistence.authentication.external_identities import SqlExternalIdentities
from persistence.authentication.one_time_tokens import SqlOneTimeTokens
from persistence.authentication.sessions import SqlSessions
from persistence.authoring.authored_content import SqlAuthoredContents
from persistence.authoring.drafts import SqlDrafts
from persistence.authoring.provenances import SqlProvenances
from persistence.authoring.quiz_drafts import SqlQuizDrafts
from persistence.authoring.share_links import SqlShareLinks
from persistence.authoring.upstreams import SqlUpstreams
from persistence.bookmarks.bookmarks import SqlBookmarks
from persistence.bookmarks.notes import SqlNotes
from persistence.campaigns.campaigns import SqlCampaigns
from persistence.campaigns.email_templates import SqlEmailTemplates
from persistence.campaigns.recipients import SqlRecipients
from persistence.campaigns.segments import SqlSegments
from persistence.certificates.certificates import SqlCertificates
from persistence.chats.chat_messages import SqlChatMessages
from persistence.chats.chats import SqlChats
from persistence.content.collaborators import SqlCollaborators
from persistence.content.exam_types import SqlExamTypes
from persistence.content.layouts import SqlLayouts
from persistence.content.question_bank import SqlQuestionBank
from persistence.content.questions import SqlQuestions
from persistence.content.quizzes import SqlQuizzes
from persistence.content.roadmap_nodes import SqlNodes
from persistence.content.roadmaps import SqlRoadmaps
from persistence.content.validation import SqlOutlines
from persistence.database import SqlConnection
from persistence.documents.field_usage import SqlFieldUsages
from persistence.documents.trusted_documents import SqlTrustedDocuments
from persistence.feature_flags.flags import SqlFlagRules
from persistence.gamification.board_membership import SqlBoardMembership
from persistence.gamification.leaderboard_projection import SqlProjection
from persistence.gamification.leaderboards import SqlBoards
from persistence.gamification.streaks import SqlStreaks
from persistence.gamification.xp import SqlXp
from persistence.generation.generations import SqlGenerations
from persistence.generation.ratings import SqlRatings
from persistence.idempotency import SqlReceipts
from persistence.imports.imports import SqlImports
from persistence.imports.reports import SqlImportReports
from persistence.jobs.jobs import SqlJobs
from persistence.jobs.queues import SqlQueues
from persistence.jobs.runs import SqlRuns
from persistence.jobs.schedules import SqlSchedules
from persistence.learning.daily_targets import SqlDailyTargets
from persistence.learning.enrolment_migrations import SqlMigrations
from persistence.learning.enrolments import SqlEnrolments
from persistence.learning.evidence import SqlEvidence
from persistence.learning.goals import SqlGoals
from persistence.learning.progress_checks import SqlProgressChecks
from persistence.mail.email_preferences import SqlEmailPreferences
from persistence.mail.mail_events import SqlMailEvents
from persistence.mail.outbox import SqlMails
from persistence.mail.suppressions import SqlSuppressions
from persistence.media.media import SqlMedia
from persistence.offline.answer_slots import SqlAnswerSlots
from persistence.offline.events import SqlOfflineEvents
from persistence.offline.node_marks import SqlNodeMarks
from persistence.printouts.printouts import SqlPrintouts
from persistence.privacy.account_imports import SqlAccountImports
from persistence.privacy.deletion import SqlDeletions
from persistence.privacy.exports import SqlExports
from persistence.quality.items import SqlItemProjection
from persistence.quality.question_quality import SqlQuestionQualities
from persistence.quality.question_reports import SqlQuestionReports
from persistence.quality.regrades import SqlRegrades
from persistence.search.search import SqlSearch
from persistence.service_status.reports import SqlReports
from persistence.spaced_review.answer_feed import SqlAnswerFeed
from persistence.spaced_review.review_cards import SqlReviewCards
from persistence.spaced_review.review_settings import SqlReviewSettings
from persistence.study.study_sessions import SqlStudySessions
from persistence.threads.thread_contents import SqlThreadContents
from persistence.threads.thread_shares import SqlThreadShares
from persistence.threads.threads import SqlThreads
from persistence.topics.topic_chains import SqlTopicChains
from persistence.topics.topics import SqlTopics
from persistence.uploads.uploads import SqlUploads
from persistence.webhooks.deliveries import SqlWebhookDeliveries
from persistence.webhooks.endpoints import SqlWebhookEndpoints
from persistence.webhooks.events import SqlWebhookEvents
from persistence.workflows.templates import SqlWorkflowTemplates
from persistence.workflows.workflows import SqlWorkflows

S = TypeVar("S")


class _Store(Generic[S]):
    """A store that is made at its first use: an operation uses two or three of them."""

    def __init__(self, made: Callable[[SqlConnection], S]) -> None:
        self._made = made

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    def __get__(self, work: "SqlWork", _owner: type) -> S:
        store = self._made(work.connection)
        work.__dict__[self._name] = store  # found before this descriptor at the next use
        return store


class SqlWork:
    """All stores on one connection."""

    users = _Store(SqlUsers)
    sessions = _Store(SqlSessions)
    access = _Store(SqlAccess)
    audit = _Store(SqlAudit)
    privacies = _Store(SqlPrivacies)
    exports = _Store(SqlExports)
    account_imports = _Store(SqlAccountImports)
    deletions = _Store(SqlDeletions)
    roles = _Store(SqlRoles)
    board_membership = _Store(SqlBoardMembership)
    api_keys = _Store(SqlApiKeys)
    receipts = _Store(SqlReceipts)
    xp = _Store(SqlXp)
    streaks = _Store(SqlStreaks)
    analytics = _Store(SqlLearnerAnalytics)
    exam_types = _Store(SqlExamTypes)
    quizzes = _Store(SqlQuizzes)
    questions = _Store(SqlQuestions)
    question_bank = _Store(SqlQuestionBank)
    provenances = _Store(SqlProvenances)
    import_reports = _Store(SqlImportReports)
    imports = _Store(SqlImports)
    uploads = _Store(SqlUploads)
    media = _Store(SqlMedia)
    boards = _Store(SqlBoards)
    boards_projection = _Store(SqlProjection)
    roadmaps = _Store(SqlRoadmaps)
    nodes = _Store(SqlNodes)
    collaborators = _Store(SqlCollaborators)
    layouts = _Store(SqlLayouts)
    outlines = _Store(SqlOutlines)
    drafts = _Store(SqlDrafts)
    quiz_drafts = _Store(SqlQuizDrafts)
    authored = _Store(SqlAuthoredContents)
    share_links = _Store(SqlShareLinks)
    upstreams = _Store(SqlUpstreams)
    enrolments = _Store(SqlEnrolments)
    evidence = _Store(SqlEvidence)
    migrations = _Store(SqlMigrations)
    attempts = _Store(SqlAttempts)
    slot_partitions = _Store(SqlSlotPartitions)
    time_allowances = _Store(SqlTimeAllowances)
    submissions = _Store(SqlSubmissions)
    study_sessions = _Store(SqlStudySessions)
    chats = _Store(SqlChats)
    chat_messages = _Store(SqlChatMessages)
    offline_events = _Store(SqlOfflineEvents)
    answer_slots = _Store(SqlAnswerSlots)
    node_marks = _Store(SqlNodeMarks)
    goals = _Store(SqlGoals)
    certificates = _Store(SqlCertificates)
    printouts = _Store(SqlPrintouts)
    daily_targets = _Store(SqlDailyTargets)
    progress_checks = _Store(SqlProgressChecks)
    bookmarks = _Store(SqlBookmarks)
    notes = _Store(SqlNotes)
    generations = _Store(SqlGenerations)
    ratings = _Store(SqlRatings)
    review_cards = _Store(SqlReviewCards)
    review_settings = _Store(SqlReviewSettings)
    answer_feed = _Store(SqlAnswerFeed)
    question_reports = _Store(SqlQuestionReports)
    question_qualities = _Store(SqlQuestionQualities)
    items = _Store(SqlItemProjection)
    regrades = _Store(SqlRegrades)
    topic_chains = _Store(SqlTopicChains)
    topics = _Store(SqlTopics)
    threads = _Store(SqlThreads)
    thread_contents = _Store(SqlThreadContents)
    thread_shares = _Store(SqlThreadShares)
    search = _Store(SqlSearch)
    dashboards = _Store(SqlDashboards)
    explorations = _Store(SqlExplorations)
    activity_log = _Store(SqlActivityLog)
    mails = _Store(SqlMails)
    ai_calls = _Store(SqlAiCalls)
    mail_events = _Store(SqlMailEvents)
    suppressions = _Store(SqlSuppressions)
    email_preferences = _Store(SqlEmailPreferences)
    digests = _Store(SqlDigests)
    jobs = _Store(SqlJobs)
    runs = _Store(SqlRuns)
    schedules = _Store(SqlSchedules)
    queues = _Store(SqlQueues)
    workflows = _Store(SqlWorkflows)
    workflow_templates = _Store(SqlWorkflowTemplates)
    webhook_endpoints = _Store(SqlWebhookEndpoints)
    webhook_events = _Store(SqlWebhookEvents)
    webhook_deliveries = _Store(SqlWebhookDeliveries)
    email_templates = _Store(SqlEmailTemplates)
    segments = _Store(SqlSegments)
    campaigns = _Store(SqlCampaigns)
    recipients = _Store(SqlRecipients)
    credentials = _Store(SqlCredentials)
    one_time_tokens = _Store(SqlOneTimeTokens)
    attempt_limits = _Store(SqlAttemptLimits)
    external_identities = _Store(SqlExternalIdentities)
    field_usages = _Store(SqlFieldUsages)
    flag_rules = _Store(SqlFlagRules)
    status_reports = _Store(SqlReports)
    trusted_documents = _Store(SqlTrustedDocuments)

    def __init__(self, connection: SqlConnection) -> None:
        self.connection = connection
        self.signals: list[Signal] = []

    def emit(self, signal: Signal) -> None:
        """Keep a signal until the commit."""
        self.signals.append(signal)
