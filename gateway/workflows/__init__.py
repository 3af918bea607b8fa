"""The language of conditions of workflows."""
