"""Jobs, queues and schedules in the schema."""
