"""The kinds of events, a module each."""
