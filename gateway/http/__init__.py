"""HTTP: one request read, and one response written, as the standards say."""
