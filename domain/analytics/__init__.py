"""Analytics: performance, weak areas and the dashboard of a learner."""
