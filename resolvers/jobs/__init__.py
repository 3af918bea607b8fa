"""Resolvers of jobs, queues and schedules."""
