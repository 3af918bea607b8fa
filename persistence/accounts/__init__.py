"""Stores of accounts: users, roles, profile visibility, access revocation, API keys, the audit log."""
