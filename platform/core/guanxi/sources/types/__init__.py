"""GraphQL types of sources."""
