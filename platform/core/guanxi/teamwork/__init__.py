"""Teamwork: tasks, internal notes with mentions, notifications, and how posts are appraised."""
