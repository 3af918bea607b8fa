"""Certificates: what a learner who finished a roadmap can show to others."""
