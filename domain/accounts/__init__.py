"""Accounts: users, roles, profile visibility, suspension, API keys and the audit log."""
