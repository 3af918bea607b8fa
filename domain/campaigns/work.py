"""The unit of work of campaigns."""

from typing import Protocol

from domain.campaigns.campaigns import Campaigns
from domain.campaigns.email_templates import EmailTemplates
from domain.campaigns.recipients import Recipients
from domain.campaigns.segments import Segments
from domain.content.work import ContentWork
from domain.jobs.work import JobsWork
from domain.mail.email_preferences import PreferencesWork


class CampaignsWork(JobsWork, PreferencesWork, ContentWork, Protocol):
    """The stores that verbs of campaigns may use."""

    @property
    def email_templates(self) -> EmailTemplates:
        """E-mail templates."""

    @property
    def segments(self) -> Segments:
        """Segments."""

    @property
    def campaigns(self) -> Campaigns:
        """Campaigns."""

    @property
    def recipients(self) -> Recipients:
        """Recipients of campaigns."""
