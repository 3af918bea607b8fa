"""Work: all stores on one connection and in one transaction."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from domain.analytics.weekly_digests import DigestWork
from domain.authoring.work import AuthoringWork
from domain.campaigns.work import CampaignsWork
from domain.documents.work import DocumentsWork
from domain.feature_flags.work import FeatureFlagsWork
from domain.generation.work import GenerationWork
from domain.imports.work import ImportsWork
from domain.offline.work import OfflineWork
from domain.printouts.work import PrintoutsWork
from domain.privacy.work import PrivacyWork
from domain.quality.work import QualityWork
from domain.search.work import SearchWork
from domain.service_status.reports import StatusWork
from domain.spaced_review.work import SpacedReviewWork
from domain.study.work import StudyWork
from domain.topics.work import TopicsWork
from domain.unit_of_work import Meter
from domain.webhooks.work import WebhooksWork
from domain.workflows.work import WorkflowsWork


class Work(
    DigestWork,
    WebhooksWork,
    FeatureFlagsWork,
    StatusWork,
    GenerationWork,
    QualityWork,
    PrivacyWork,
    DocumentsWork,
    WorkflowsWork,
    CampaignsWork,
    PrintoutsWork,
    SearchWork,
    OfflineWork,
    StudyWork,
    SpacedReviewWork,
    ImportsWork,
    TopicsWork,
    AuthoringWork,
    Protocol,
):
    """All stores on one connection."""


OpenWork = Callable[[Meter], AbstractAsyncContextManager[Work]]
"""Opens stores: in one transaction (`open_work`), or for reading without one (`open_reads`)."""
