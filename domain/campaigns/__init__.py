"""Campaigns: mails to those who consented, by templates and segments, with a state, a pace and a report."""
