// Runs every audit of graphql-http against URL: node audit.js URL [TOKEN]. Exits 0 only where each one is "ok".
const { auditServer } = require("graphql-http");

const [url, token] = process.argv.slice(2);

const fetchAs = (input, init = {}) => {
  const headers = new Headers(init.headers);
  if (token) {
    headers.set("authorization", `Bearer ${token}`);
  }
  return fetch(input, { ...init, headers });
};

auditServer({ url, fetchFn: fetchAs }).then((results) => {
  const missed = results.filter((result) => result.status !== "ok");
  for (const { id, name, status, reason } of missed) {
    console.error(`${status} ${id} ${name}: ${reason}`);
  }
  console.log(`${results.length - missed.length} of ${results.length} ok`);
  process.exitCode = missed.length === 0 ? 0 : 1;
});
