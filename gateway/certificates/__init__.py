"""Certificates at public addresses: pages, signed credentials, keys, and who is the issuer."""
