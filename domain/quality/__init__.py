"""Quality of questions: reports of learners, item statistics, suspensions, and attempts graded again by a fixed key."""
