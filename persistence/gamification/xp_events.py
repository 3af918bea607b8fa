"""Events of XP: SQL that notes awarded XP and milestones of streaks, for the rows of `added` that count."""

from domain.gamification.xp import XpReason
from domain.webhooks.events import WebhookEvent
from persistence.event_notes import noted

AWARDED = noted(
    WebhookEvent.XP_AWARDED,
    "added WHERE status = 'SETTLED' AND amount <> 0",
    user="user_id",
    at="occurred_at",
    entry_id="id",
    amount="amount",
    reason="reason",
    reverses_id="reverses_id",
)
REACHED = noted(
    WebhookEvent.STREAK_MILESTONE,
    f"added WHERE status = 'SETTLED' AND reason = '{XpReason.STREAK_MILESTONE.value}'",
    user="user_id",
    at="occurred_at",
    entry_id="id",
    days="CAST(source_id AS int)",
)
