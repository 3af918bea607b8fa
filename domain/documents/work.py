"""The unit of work of documents."""

from typing import Protocol

from domain.documents.field_usage import FieldUsages
from domain.documents.trusted_documents import TrustedDocuments
from domain.unit_of_work import UnitOfWork


class DocumentsWork(UnitOfWork, Protocol):
    """The stores of documents."""

    @property
    def trusted_documents(self) -> TrustedDocuments:
        """The documents that our own apps may send."""

    @property
    def field_usages(self) -> FieldUsages:
        """Which fields are requested, and by which apps."""
