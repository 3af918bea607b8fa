"""Authentication: registration, sign-in, sessions, tokens, passwords, e-mail addresses, external identities."""
