"""What a fact may look like, how facts add up, how files are read: pure."""
