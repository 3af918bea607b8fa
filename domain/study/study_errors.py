"""Refusals of study mode."""

from domain.errors import DomainError


class NothingToStudyError(DomainError):
    """No question matches what is to be studied."""

    code = "NOTHING_TO_STUDY"


class QuestionWithheldError(DomainError):
    """An open attempt of the learner asks the question, so study mode neither shows nor answers it."""

    code = "QUESTION_WITHHELD"


class StudySessionEndedError(DomainError):
    """The session is over; it shows no further questions and takes no answers."""

    code = "STUDY_SESSION_ENDED"


class StudySlotEndedError(DomainError):
    """The question was answered or skipped before."""

    code = "STUDY_SLOT_ENDED"
