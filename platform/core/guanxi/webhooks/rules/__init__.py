"""Where a webhook may be sent, how it is signed, and when it is tried again."""
