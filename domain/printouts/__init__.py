"""Printouts: documents that a learner takes out, as PDF or Markdown, made by jobs and kept for some days."""
