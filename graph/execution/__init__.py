"""Execution of prepared operations: executor, deadlines, error masking, cache policy, subscriptions."""
