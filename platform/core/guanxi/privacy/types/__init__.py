"""GraphQL types and inputs of privacy."""
