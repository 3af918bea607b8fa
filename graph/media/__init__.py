"""Types of media."""
