"""Types of analytics: performance and the dashboard."""
