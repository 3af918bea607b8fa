"""Export sections: which rows of each table a data export holds, and which columns of them."""

from persistence.content.question_versions import lineage, lineage_of

_OF_ROADMAP = "version_id IN (SELECT v.id FROM roadmap_versions v JOIN roadmaps r ON r.id = v.roadmap_id"
_ASKED_NOW = f"""IN (
    SELECT {lineage("q")} FROM quiz_attempts a JOIN attempt_slots s ON s.attempt_id = a.id
    JOIN questions q ON q.id = s.question_id WHERE a.user_id = :user_id AND a.state = 'IN_PROGRESS')"""  # noqa: S608 - names of columns
_OPEN_SLOT = f"{lineage_of('t.question_id')} {_ASKED_NOW}"
_OPEN_CARD = f"{lineage_of('t.lineage_id')} {_ASKED_NOW}"
_CARD_OF = "(SELECT c.lineage_id FROM review_cards c WHERE c.id = t.card_id)"
_OPEN_ENTRY = f"{lineage_of(_CARD_OF)} {_ASKED_NOW}"
_OF_MEMORY = (
    "'{state,step,stability,difficulty,due_at,last_reviewed_at,reviews,lapses,predicted,recalled}'::text[]"
)
_OWN_REPORT = f"""t.reporter_id = :user_id
    AND NOT (t.kind = 'INCORRECT' AND t.state <> 'PENDING' AND {_OPEN_SLOT})"""
_SCORE_ONLY = """t.attempt_id IN (
    SELECT a.id FROM quiz_attempts a WHERE a.user_id = :user_id AND a.feedback = 'SCORE_ONLY')"""
_CREDIT = "'{credit_numerator,credit_denominator}'::text[]"
_ONCE_SHOWN = f"CASE WHEN {_OPEN_SLOT} THEN to_jsonb(t) - {_CREDIT} - 'text' ELSE to_jsonb(t) END"

SECTIONS: dict[str, tuple[str, str]] = {
    "users": ("id = :user_id", "to_jsonb(t) - 'password_hash'"),
    "zone_changes": ("user_id = :user_id", "to_jsonb(t)"),
    "external_identities": ("user_id = :user_id", "to_jsonb(t)"),
    "sessions": ("user_id = :user_id", "to_jsonb(t)"),
    "api_keys": ("user_id = :user_id", "to_jsonb(t) - 'key_hash'"),
    "exports": ("user_id = :user_id", "to_jsonb(t)"),
    "mails": (
        "recipient = (SELECT email FROM users WHERE id = :user_id)",
        "to_jsonb(t) - '{body,values,job_id}'::text[]",  # a body and its values may contain a link with a secret
    ),
    "mail_events": (
        "mail_id IN (SELECT m.id FROM mails m JOIN users u ON u.email = m.recipient WHERE u.id = :user_id)",
        "to_jsonb(t)",
    ),
    "email_preferences": ("user_id = :user_id", "to_jsonb(t)"),
    "campaign_recipients": ("user_id = :user_id", "to_jsonb(t) - 'mail_id'"),
    "audit_entries": (
        "actor_id = :user_id OR target = :user_id",
        "CASE WHEN actor_id = :user_id THEN to_jsonb(t) ELSE to_jsonb(t) - 'address' - 'session_id' END",
    ),
    "goals": ("owner_id = :user_id", "to_jsonb(t)"),
    "goal_transitions": ("goal_id IN (SELECT id FROM goals WHERE owner_id = :user_id)", "to_jsonb(t)"),
    "daily_targets": ("user_id = :user_id", "to_jsonb(t)"),
    "daily_target_days": ("user_id = :user_id", "to_jsonb(t)"),
    "roadmaps": ("author_id = :user_id", "to_jsonb(t)"),
    "roadmap_versions": ("roadmap_id IN (SELECT id FROM roadmaps WHERE author_id = :user_id)", "to_jsonb(t)"),
    "roadmap_nodes": (f"{_OF_ROADMAP} WHERE r.author_id = :user_id)", "to_jsonb(t)"),
    "bookmarks": ("user_id = :user_id", "to_jsonb(t)"),
    "question_reports": (_OWN_REPORT, "to_jsonb(t) - 'decided_by_id'"),
    "notes": ("user_id = :user_id", "to_jsonb(t)"),
    "topic_chains": ("owner_id = :user_id", "to_jsonb(t) - 'path_key'"),
    "topics": (
        "chain_id IN (SELECT id FROM topic_chains WHERE owner_id = :user_id)",
        "to_jsonb(t) - 'name_key'",
    ),
    "generations": ("user_id = :user_id", "to_jsonb(t)"),
    "explanations": ("user_id = :user_id", _ONCE_SHOWN),
    "content_ratings": ("user_id = :user_id", "to_jsonb(t) - 'place'"),
    "enrolments": ("user_id = :user_id", "to_jsonb(t)"),
    "certificates": ("user_id = :user_id", "to_jsonb(t) - 'ended_by_id'"),
    "evidence": ("user_id = :user_id", "to_jsonb(t)"),
    "threads": ("owner_id = :user_id", "to_jsonb(t)"),
    "thread_contents": ("thread_id IN (SELECT id FROM threads WHERE owner_id = :user_id)", "to_jsonb(t)"),
    "thread_readers": (
        "user_id = :user_id OR thread_id IN (SELECT id FROM threads WHERE owner_id = :user_id)",
        "to_jsonb(t)",
    ),
    "thread_guests": ("user_id = :user_id", "to_jsonb(t)"),
    "collaborators": ("user_id = :user_id OR invited_by_id = :user_id", "to_jsonb(t)"),
    "share_guests": ("user_id = :user_id", "to_jsonb(t)"),
    "node_progress": ("enrolment_id IN (SELECT id FROM enrolments WHERE user_id = :user_id)", "to_jsonb(t)"),
    "exam_types": ("author_id = :user_id", "to_jsonb(t)"),
    "quiz_drafts": ("author_id = :user_id", "to_jsonb(t)"),
    "quizzes": ("author_id = :user_id", "to_jsonb(t)"),
    "questions": ("author_id = :user_id", "to_jsonb(t)"),
    "printouts": ("user_id = :user_id", "to_jsonb(t) - 'is_removed'"),
    "uploads": ("owner_id = :user_id", "to_jsonb(t) - 'received_until'"),
    "media": ("author_id = :user_id", "to_jsonb(t)"),
    "question_imports": ("author_id = :user_id", "to_jsonb(t)"),
    "import_findings": (
        "import_id IN (SELECT id FROM question_imports WHERE author_id = :user_id)",
        "to_jsonb(t) - 'position'",
    ),
    "quiz_attempts": ("user_id = :user_id", "to_jsonb(t) - 'seed'"),
    "attempt_slots": (
        "attempt_id IN (SELECT id FROM quiz_attempts WHERE user_id = :user_id)",
        f"CASE WHEN {_SCORE_ONLY} OR {_OPEN_SLOT} THEN to_jsonb(t) - {_CREDIT} ELSE to_jsonb(t) END",
    ),
    "time_allowances": ("user_id = :user_id", "to_jsonb(t) - 'set_by_id'"),
    "study_sessions": ("user_id = :user_id", "to_jsonb(t) - 'seed'"),
    "study_slots": (
        "session_id IN (SELECT id FROM study_sessions WHERE user_id = :user_id)",
        "to_jsonb(t) - 'client_id'",
    ),
    "study_answers": ("user_id = :user_id", _ONCE_SHOWN),
    "review_cards": (
        "user_id = :user_id",
        f"CASE WHEN {_OPEN_CARD} THEN to_jsonb(t) - {_OF_MEMORY} ELSE to_jsonb(t) END",
    ),
    "review_log": (
        "user_id = :user_id",
        f"CASE WHEN {_OPEN_ENTRY} THEN to_jsonb(t) - 'rating' ELSE to_jsonb(t) END",
    ),
    "review_settings": ("user_id = :user_id", "to_jsonb(t)"),
    "explore_chats": ("user_id = :user_id", "to_jsonb(t)"),
    "chat_messages": (
        "chat_id IN (SELECT id FROM explore_chats WHERE user_id = :user_id)",
        "to_jsonb(t) - '{job_id,call_id}'::text[]",
    ),
    "offline_events": ("user_id = :user_id", "to_jsonb(t) - 'fingerprint'"),
    "offline_devices": ("user_id = :user_id", "to_jsonb(t)"),
    "xp_entries": ("user_id = :user_id", "to_jsonb(t)"),
    "activities": ("user_id = :user_id", "to_jsonb(t)"),
    "streak_freezes": ("user_id = :user_id", "to_jsonb(t)"),
    "attempt_days": ("user_id = :user_id", "to_jsonb(t)"),
    "domain_days": ("user_id = :user_id", "to_jsonb(t)"),
    "leaderboard_entries": ("user_id = :user_id", "to_jsonb(t)"),
    "feature_flag_users": ("user_id = :user_id", "to_jsonb(t)"),
    "webhook_deliveries": ("user_id = :user_id", "to_jsonb(t) - 'job_id'"),
    "webhook_endpoints": (
        "owner_id = :user_id",
        "to_jsonb(t) - '{secret,previous_secret}'::text[]",
    ),
    "ai_calls": ("caller_id = :user_id", "to_jsonb(t)"),
    "ai_budgets": ("user_id = :user_id", "to_jsonb(t)"),
    "jobs": ("user_id = :user_id", "to_jsonb(t) - 'entry_id' - 'trace_parent' - 'request_id'"),
    "workflows": ("user_id = :user_id", "to_jsonb(t)"),
}
"""By table: which rows are a user's, and the JSON of each. The credit of open attempts is left out, and what
cards of their questions tell; the credit of attempts that show the score only too.
"""

EXCEPTIONS: dict[str, str] = {
    "refresh_tokens": "hashes of secrets, which mean nothing to the user",
    "one_time_tokens": "hashes of secrets; the audit log names their purpose",
    "sign_in_flows": "hashes of secrets, of no person, for minutes",
    "suppressions": "keyed digests of addresses; readers see those of their own in their e-mail preferences",
    "mail_reports": "numbers of requests, of no person, for a day",
    "throttles": "keyed digests, for an hour",
    "access_changes": "which tokens are void, for an hour; the acts are in the audit log",
    "idempotency_receipts": "hashes of requests, for a day",
    "xp_outbox": "entries of the ledger on their way to the boards",
    "progress_checks": "whose targets are to be looked at, for seconds",
    "answers_taken": "how far a job has read, of no person",
    "question_keys": "right answers; the author has the imported file",
    "staged_items": "parts of an uploaded file for minutes; the author has the file",
    "question_media": "which images questions show, of no person",
    "quiz_pools": "what quizzes draw, of no person",
    "quiz_questions": "the order of questions, of no person",
    "share_links": "hashes of secrets; the audit log names who made them",
    "thread_links": "hashes of secrets; a thread says whether it has a link",
    "inherited_lineages": "which nodes of a fork come from its origin, of no person",
    "node_lineages": "technical names of nodes, of no person",
    "prerequisite_groups": "the shape of a roadmap, of no person",
    "prerequisite_members": "the shape of a roadmap, of no person",
    "exam_domains": "of no person",
    "leaderboards": "of no person",
    "document_manifests": "documents of the platform's own apps",
    "trusted_documents": "documents of the platform's own apps",
    "manifest_documents": "documents of the platform's own apps",
    "field_counts": "how often apps ask for fields, of no person",
    "feature_flags": "what is switched on; the acts are in the audit log",
    "job_queues": "which queues are paused, and why; the acts are in the audit log",
    "job_workers": "processes, of no person",
    "service_reports": "what processes see of trouble, of no person",
    "webhook_events": "events on their way to deliveries, for seconds; the deliveries are exported",
    "email_templates": "texts of operators, of no person",
    "email_template_versions": "texts of operators, of no person",
    "segments": "conditions of operators, of no person",
    "campaigns": "who gets mails is in the recipients, which are exported",
    "mail_layouts": "texts that many mails share, of no person",
    "mail_paces": "when the next mail may go, of no person",
    "workflow_jobs": "which job is of which step; the jobs of a user are exported",
    "workflow_steps": "parts of workflows; the workflows of a user are exported",
    "workflow_templates": "what operators may start; who saved them is in the audit log",
    "question_provenances": "which model wrote questions; reviews are in the audit log",
    "question_suspensions": "which questions are left out; the acts are in the audit log",
    "item_attempts": "the order in which attempts were counted; the attempts are exported",
    "item_totals": "totals of questions, of no person",
    "regraded_attempts": "which attempts were graded again; the attempts and their XP are exported",
    "leaderboard_buckets": "how many learners have how much XP, of no person",
}
"""Tables that an export leaves out, with the reason; a test finds a table that is in neither list."""


def statement() -> str:
    """Return the statement that reads all sections, each as its name and a JSON list of rows."""
    return " UNION ALL ".join(_section(name, *section) for name, section in SECTIONS.items())


def _section(name: str, rows: str, row_json: str) -> str:
    without_words = (
        f"({row_json}) - 'search_vector'"  # what the search finds the row by, made of its other columns
    )
    return (
        f"SELECT '{name}', coalesce(jsonb_agg({without_words}), '[]'::jsonb)::text FROM {name} t WHERE {rows}"  # noqa: S608
    )
