"""The table of kinds of events, one line a kind, which every layer reads."""

from domain.offline.event_kinds import answers, node_checks, reviews, study_answers

KINDS = {
    rules.name: rules
    for rules in (
        answers.RULES,
        node_checks.RULES,
        study_answers.RULES,
        reviews.REVIEW_RULES,
        reviews.UNDO_RULES,
    )
}
"""Every kind of event, by the field that clients send it in."""
