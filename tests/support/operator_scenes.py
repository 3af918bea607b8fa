"""Operator scenes: all that operators run, after which every field of it has something to show."""

from tests.support.ai_calls import calls_of_every_outcome
from tests.support.campaign_scenes import campaigns_of_every_kind
from tests.support.flag_scenes import flags_of_every_kind
from tests.support.job_scenes import work_of_every_kind
from tests.support.suppressions import suppressions_of_every_reason
from tests.support.webhook_scenes import webhooks_of_every_kind
from tests.support.workflow_scenes import workflows_of_every_kind

OPERATOR_SCENES = (
    work_of_every_kind,
    suppressions_of_every_reason,
    workflows_of_every_kind,
    flags_of_every_kind,
    webhooks_of_every_kind,
    campaigns_of_every_kind,
    calls_of_every_outcome,
)
