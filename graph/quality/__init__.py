"""Types and mutations of the quality of questions: reports, statistics, suspensions and regrades."""
