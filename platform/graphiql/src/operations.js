import { useEffect, useState } from "react";

const DOCUMENT = "{ savedOperations { plugin title document variables } }";

// What the merchant's plugins offer to begin with; nothing where the token may not ask or cannot be used.
async function loadOperations(token, signal) {
  const answer = await fetch(new URL("/graphql", location.href), {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ query: DOCUMENT }),
    signal,
  });
  const { data } = await answer.json();
  return data?.savedOperations ?? [];
}

export function useOperations(token) {
  const [operations, setOperations] = useState([]);
  useEffect(() => {
    setOperations([]);
    if (!token) {
      return undefined;
    }
    const leaving = new AbortController();
    loadOperations(token, leaving.signal)
      .then(setOperations)
      .catch(() => {});
    return () => leaving.abort();
  }, [token]);
  return operations;
}
