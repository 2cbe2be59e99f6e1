"""What can be done for the quality of data."""
