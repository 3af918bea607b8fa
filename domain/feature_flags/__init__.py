"""Feature flags: what operators switch on and off while the platform runs."""
