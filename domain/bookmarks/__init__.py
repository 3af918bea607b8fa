"""Bookmarks: content that a learner keeps, with tags, and private notes on content."""
