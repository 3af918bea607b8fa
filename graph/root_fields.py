"""Root fields: the classes that declare what can be read, changed and subscribed to, area by area."""

from graph.accounts.administration import RoleMutations, RoleQueries
from graph.accounts.api_keys import ApiKeyMutations
from graph.accounts.audit import AuditQueries
from graph.accounts.users import UserMutations, UserQueries
from graph.ai.calls import AiQueries
from graph.analytics.learner_analytics import AnalyticsQueries
from graph.assessment.attempt_mutations import AttemptMutations
from graph.assessment.attempt_timers import AttemptSubscriptions
from graph.assessment.attempts import AttemptQueries
from graph.assessment.quiz_practice import QuizGenerationMutations, QuizPreviewQueries
from graph.assessment.time_allowances import TimeAllowanceMutations, TimeAllowanceQueries
from graph.authentication.account_recovery import RecoveryMutations
from graph.authentication.external_sign_in import GoogleMutations
from graph.authentication.sessions import SessionMutations
from graph.authentication.sign_in import SignInMutations
from graph.authoring.authored_content import AuthoredContentMutations, AuthoredContentQueries
from graph.authoring.mutations import AUTHORING_MUTATIONS
from graph.bookmarks.bookmarks import BookmarkMutations
from graph.campaigns.campaign_mutations import CampaignMutations
from graph.campaigns.campaigns import CampaignQueries, CampaignSubscriptions
from graph.campaigns.email_templates import EmailTemplateMutations, EmailTemplateQueries
from graph.campaigns.segments import SegmentMutations, SegmentQueries
from graph.certificates.certificates import CertificateMutations, CertificateQueries
from graph.chats.chat_mutations import ChatMutations
from graph.chats.chats import ChatQueries, ChatSubscriptions
from graph.content.exam_types import ExamTypeQueries
from graph.content.publishing import PublishingMutations
from graph.content.quizzes import QuizMutations, QuizQueries
from graph.content.roadmaps import RoadmapQueries
from graph.documents.field_usage import FieldUsageQueries
from graph.feature_flags.flags import FeatureFlagMutations, FeatureFlagQueries
from graph.gamification.leaderboards import LeaderboardQueries, LeaderboardSubscriptions
from graph.gamification.pending_xp import PendingXpMutations, PendingXpQueries
from graph.generation.mutations import GenerationMutations
from graph.generation.ratings import RatingQueries
from graph.imports.exports import ExportMutations
from graph.imports.images import ImageMutations
from graph.imports.mutations import QuestionImportMutations, RoadmapImportMutations
from graph.jobs.jobs import JobMutations, JobQueries, JobSubscriptions
from graph.jobs.queues import QueueMutations, QueueQueries
from graph.learning.daily_targets import DailyTargetMutations
from graph.learning.enrolment_migrations import MigrationMutations
from graph.learning.enrolments import EnrolmentMutations
from graph.learning.evidence import EvidenceMutations
from graph.learning.goal_mutations import GoalMutations
from graph.learning.goals import GoalQueries
from graph.mail.email_preferences import MailMutations
from graph.mail.suppressions import SuppressionMutations, SuppressionQueries
from graph.node import NodeQueries
from graph.offline.sync import OfflineMutations
from graph.printouts.printouts import PrintoutMutations
from graph.privacy.personal_data import PrivacyMutations
from graph.quality.question_quality import QualityMutations, QualityQueries
from graph.quality.question_reports import ReportMutations, ReportQueries
from graph.rate_limits.current_limits import RateQueries
from graph.search.search import SearchQueries
from graph.service_status.status import StatusQueries, StatusSubscriptions
from graph.spaced_review.review_cards import ReviewQueries
from graph.spaced_review.review_mutations import ReviewMutations
from graph.study.study_mutations import StudyMutations
from graph.study.study_sessions import StudyQueries
from graph.threads.sharing_mutations import ThreadSharingMutations
from graph.threads.thread_mutations import ThreadMutations
from graph.threads.threads import ThreadQueries
from graph.topics.topic_chains import TopicChainMutations, TopicChainQueries
from graph.topics.topic_mutations import TopicMutations
from graph.uploads.uploads import UploadMutations
from graph.viewer import ViewerQueries, ViewerSubscriptions
from graph.webhooks.deliveries import WebhookDeliveryMutations, WebhookDeliveryQueries
from graph.webhooks.endpoints import WebhookEndpointMutations, WebhookEndpointQueries
from graph.workflows.mutations import WorkflowMutations
from graph.workflows.templates import TemplateMutations, TemplateQueries
from graph.workflows.workflows import WorkflowQueries, WorkflowSubscriptions

QUERIES = (
    NodeQueries,
    ViewerQueries,
    AuthoredContentQueries,
    AnalyticsQueries,
    UserQueries,
    LeaderboardQueries,
    PendingXpQueries,
    ExamTypeQueries,
    QuizQueries,
    AttemptQueries,
    TimeAllowanceQueries,
    StudyQueries,
    ThreadQueries,
    ChatQueries,
    QuizPreviewQueries,
    RoadmapQueries,
    CertificateQueries,
    GoalQueries,
    ReviewQueries,
    TopicChainQueries,
    SearchQueries,
    AuditQueries,
    RoleQueries,
    RateQueries,
    FieldUsageQueries,
    FeatureFlagQueries,
    StatusQueries,
    JobQueries,
    QueueQueries,
    SuppressionQueries,
    AiQueries,
    RatingQueries,
    TemplateQueries,
    WorkflowQueries,
    WebhookEndpointQueries,
    WebhookDeliveryQueries,
    EmailTemplateQueries,
    SegmentQueries,
    CampaignQueries,
    ReportQueries,
    QualityQueries,
)
MUTATIONS = (
    SignInMutations,
    RecoveryMutations,
    GoogleMutations,
    SessionMutations,
    UserMutations,
    PendingXpMutations,
    UploadMutations,
    QuestionImportMutations,
    RoadmapImportMutations,
    ExportMutations,
    ImageMutations,
    AttemptMutations,
    TimeAllowanceMutations,
    QuizGenerationMutations,
    OfflineMutations,
    QuizMutations,
    PublishingMutations,
    *AUTHORING_MUTATIONS,
    EnrolmentMutations,
    MigrationMutations,
    EvidenceMutations,
    GoalMutations,
    DailyTargetMutations,
    AuthoredContentMutations,
    StudyMutations,
    ThreadMutations,
    ThreadSharingMutations,
    ChatMutations,
    BookmarkMutations,
    GenerationMutations,
    ReviewMutations,
    TopicChainMutations,
    TopicMutations,
    RoleMutations,
    ApiKeyMutations,
    PrivacyMutations,
    JobMutations,
    FeatureFlagMutations,
    MailMutations,
    SuppressionMutations,
    QueueMutations,
    TemplateMutations,
    WorkflowMutations,
    WebhookEndpointMutations,
    WebhookDeliveryMutations,
    EmailTemplateMutations,
    SegmentMutations,
    CampaignMutations,
    ReportMutations,
    QualityMutations,
    CertificateMutations,
    PrintoutMutations,
)
SUBSCRIPTIONS: tuple[type, ...] = (
    LeaderboardSubscriptions,
    ViewerSubscriptions,
    AttemptSubscriptions,
    JobSubscriptions,
    WorkflowSubscriptions,
    StatusSubscriptions,
    CampaignSubscriptions,
    ChatSubscriptions,
)
