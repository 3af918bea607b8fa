"""Types and mutations of privacy: exports, deletion, profile visibility."""
