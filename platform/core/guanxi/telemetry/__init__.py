"""What an installation tells its operators: logs and traces without personal data, metrics with bounded labels."""
