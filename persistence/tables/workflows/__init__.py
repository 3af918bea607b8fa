"""Tables of workflows."""
