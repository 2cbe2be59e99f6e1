"""The plugin host: finds, checks, loads, contains, and lets each merchant choose."""
