"""The tables of feature flags."""
