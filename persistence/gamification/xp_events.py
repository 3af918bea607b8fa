"""Events of XP: SQL that notes awarded XP, milestones of streaks and progress checks, for the rows of `added`."""

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
CHECKED = """
    INSERT INTO progress_checks (user_id)
    SELECT DISTINCT user_id FROM added WHERE EXISTS (SELECT FROM daily_targets d WHERE d.user_id = added.user_id)
    OR EXISTS (
        SELECT FROM goals g WHERE g.owner_id = added.user_id AND g.state IN ('ACTIVE', 'OVERDUE')
        AND (g.kind IN ('XP_TARGET', 'MASTERY_TARGET') OR g.kind = 'ROADMAP' AND added.reason = 'NODE_COMPLETED')
    )"""
"""Notes the learners among them whose daily target, or whose goal that completes by itself, the XP may have reached."""
