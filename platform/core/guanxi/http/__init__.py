"""GraphQL over HTTP and WebSocket: knows requests and answers, no schema and no domain."""
