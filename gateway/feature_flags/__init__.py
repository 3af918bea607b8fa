"""Feature flags of a process: OpenFeature with a provider of our own."""
