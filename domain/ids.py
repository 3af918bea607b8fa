"""Identifiers: a prefix that names the kind, `_`, and a UUIDv7 in Crockford's base 32; options have a UUIDv8."""

import hashlib
import re
from collections.abc import Callable
from typing import NewType

UserId = NewType("UserId", str)
SessionId = NewType("SessionId", str)
GoalId = NewType("GoalId", str)
RoadmapId = NewType("RoadmapId", str)
RoadmapVersionId = NewType("RoadmapVersionId", str)
RoadmapNodeId = NewType("RoadmapNodeId", str)
LineageId = NewType("LineageId", str)
PrerequisiteGroupId = NewType("PrerequisiteGroupId", str)
EnrolmentId = NewType("EnrolmentId", str)
ExamTypeId = NewType("ExamTypeId", str)
ExamDomainId = NewType("ExamDomainId", str)
QuizId = NewType("QuizId", str)
QuizDraftId = NewType("QuizDraftId", str)
QuestionId = NewType("QuestionId", str)
OptionId = NewType("OptionId", str)
AttemptId = NewType("AttemptId", str)
XpEntryId = NewType("XpEntryId", str)
ImportId = NewType("ImportId", str)
AuditEntryId = NewType("AuditEntryId", str)
ApiKeyId = NewType("ApiKeyId", str)
ExportId = NewType("ExportId", str)
JobId = NewType("JobId", str)
WorkerId = NewType("WorkerId", str)
WorkflowId = NewType("WorkflowId", str)
ProcessId = NewType("ProcessId", str)
WebhookEndpointId = NewType("WebhookEndpointId", str)
WebhookDeliveryId = NewType("WebhookDeliveryId", str)
WebhookEventId = NewType("WebhookEventId", str)
SuppressionId = NewType("SuppressionId", str)
EmailTemplateId = NewType("EmailTemplateId", str)
SegmentId = NewType("SegmentId", str)
CampaignId = NewType("CampaignId", str)
BookmarkId = NewType("BookmarkId", str)
NoteId = NewType("NoteId", str)
ReviewCardId = NewType("ReviewCardId", str)
EvidenceId = NewType("EvidenceId", str)
CollaboratorId = NewType("CollaboratorId", str)
UploadId = NewType("UploadId", str)
MediaId = NewType("MediaId", str)
StudySessionId = NewType("StudySessionId", str)
StudyAnswerId = NewType("StudyAnswerId", str)
QuestionReportId = NewType("QuestionReportId", str)
TopicChainId = NewType("TopicChainId", str)
TopicId = NewType("TopicId", str)
ThreadId = NewType("ThreadId", str)
ThreadContentId = NewType("ThreadContentId", str)
ChatId = NewType("ChatId", str)
ChatMessageId = NewType("ChatMessageId", str)
AiCallId = NewType("AiCallId", str)

PREFIXES: dict[object, str] = {
    UserId: "user",
    SessionId: "session",
    GoalId: "goal",
    RoadmapId: "roadmap",
    RoadmapVersionId: "roadmapversion",
    RoadmapNodeId: "node",
    LineageId: "lineage",
    PrerequisiteGroupId: "prerequisite",
    EnrolmentId: "enrolment",
    ExamTypeId: "examtype",
    ExamDomainId: "domain",
    QuizId: "quiz",
    QuizDraftId: "quizdraft",
    QuestionId: "question",
    OptionId: "option",
    AttemptId: "attempt",
    XpEntryId: "xp",
    ImportId: "import",
    AuditEntryId: "audit",
    ApiKeyId: "apikey",
    ExportId: "export",
    JobId: "job",
    WorkerId: "worker",
    WorkflowId: "workflow",
    ProcessId: "process",
    WebhookEndpointId: "webhook",
    WebhookDeliveryId: "delivery",
    WebhookEventId: "event",
    SuppressionId: "suppression",
    EmailTemplateId: "emailtemplate",
    SegmentId: "segment",
    CampaignId: "campaign",
    BookmarkId: "bookmark",
    NoteId: "note",
    ReviewCardId: "reviewcard",
    EvidenceId: "evidence",
    CollaboratorId: "collaborator",
    UploadId: "upload",
    MediaId: "media",
    StudySessionId: "study",
    StudyAnswerId: "studyanswer",
    QuestionReportId: "report",
    TopicChainId: "topicchain",
    TopicId: "topic",
    ThreadId: "thread",
    ThreadContentId: "threadcontent",
    ChatId: "chat",
    ChatMessageId: "chatmessage",
    AiCallId: "aicall",
}
"""The prefix of each kind of identifier; the graph refuses an identifier with another prefix."""

Mint = Callable[[str], str]
"""Makes a new identifier with a prefix, from the time and random bytes."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_is_body = re.compile("[" + _ALPHABET + "]{26}").fullmatch
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]


def compose(prefix: str, *, milliseconds: int, randomness: bytes) -> str:
    """Compose an identifier from Unix time in milliseconds and 10 random bytes (RFC 9562, section 5.7)."""
    random = int.from_bytes(randomness[:10], "big")
    high = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value = high | 0x7 << 76 | (random >> 68 & 0xFFF) << 64 | 0b10 << 62 | random & 0x3FFF_FFFF_FFFF_FFFF
    return f"{prefix}_{_base32(value)}"


def made_before(minted: str, *, milliseconds: int) -> str:
    """Return a bound below every identifier of the same kind that was made within so many milliseconds before one."""
    made = max(0, milliseconds_of(minted) - milliseconds)
    return compose(minted.partition("_")[0], milliseconds=made, randomness=bytes(10))


def milliseconds_of(id_: str) -> int:
    """Return the Unix time in milliseconds that an identifier with a time was composed from."""
    milliseconds = 0
    for digit in id_.partition("_")[2][:10]:
        milliseconds = milliseconds << 5 | _ALPHABET.index(digit)
    return milliseconds


def without_time(minted: str) -> str:
    """Return an identifier of the same kind that tells neither when nor in which order it was made.

    It is a UUIDv8 (RFC 9562, section 5.8): bits of the hash of one that was minted for this and is not used otherwise.
    """
    prefix = minted.partition("_")[0]
    value = int.from_bytes(hashlib.sha256(minted.encode()).digest()[:16], "big")
    value = value & ~(0xF << 76 | 0b11 << 62) | 0x8 << 76 | 0b10 << 62
    return f"{prefix}_{_base32(value)}"


def is_id(text: str, prefix: str) -> bool:
    """Tell whether `text` is a well-formed identifier of the kind that `prefix` names."""
    return text.startswith(prefix + "_") and _is_body(text, len(prefix) + 1) is not None


def _base32(value: int) -> str:
    """Write 128 bits as 13 pairs of base-32 digits, most significant first."""
    return "".join(_PAIRS[value >> shift & 0x3FF] for shift in range(120, -1, -10))
