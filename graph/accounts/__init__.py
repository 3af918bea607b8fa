"""Types and mutations of accounts: users, roles, API keys, the audit log."""
