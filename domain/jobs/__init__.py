"""Jobs: work that outlives a request, its queues, its workers and its schedules."""
