"""Commands about jobs, queues, schedules and workflows."""
