"""Accounts: tokens, keys and passwords, the provider of identities, and the letters and erasures of accounts."""
