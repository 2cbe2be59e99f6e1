"""What an audience is, without a database."""
