"""The stores of certificates."""

from typing import Protocol

from domain.certificates.certificates import Certificates
from domain.learning.work import LearningWork
from domain.mail.work import MailWork


class CertificatesWork(MailWork, LearningWork, Protocol):
    """The stores that verbs of certificates reach."""

    @property
    def certificates(self) -> Certificates:
        """Certificates of finished roadmaps."""
