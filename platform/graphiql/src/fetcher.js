import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { createClient } from "graphql-ws";

// Queries and mutations go by HTTP, subscriptions by the same endpoint's WebSocket.
export function createFetcher(token) {
  const authorization = `Bearer ${token}`;
  const endpoint = new URL("/graphql", location.href);
  const socket = new URL(endpoint);
  socket.protocol = endpoint.protocol.replace("http", "ws");
  return createGraphiQLFetcher({
    url: endpoint.href,
    headers: { authorization },
    wsClient: createClient({ url: socket.href, connectionParams: { authorization } }),
  });
}
