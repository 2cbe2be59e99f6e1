// The official graphql-ws client: node subscribe.js URL TOKEN. Prints what it receives, one JSON value a line.
const { createClient } = require("graphql-ws");
const WebSocket = require("ws");

const [url, token] = process.argv.slice(2);

const client = createClient({
  url,
  webSocketImpl: WebSocket,
  connectionParams: { authorization: `Bearer ${token}` },
  retryAttempts: 0,
});

async function printAll(query) {
  try {
    for await (const result of client.iterate({ query })) {
      console.log(JSON.stringify(result));
    }
  } catch (error) {
    console.log(JSON.stringify({ refused: error.code ?? error.map?.(({ message }) => message) ?? String(error) }));
  }
}

(async () => {
  await printAll("subscription { count(to: 3) }");
  await printAll("{ hello }");
  await printAll('mutation { add(name: "x") }');
  await printAll("subscription { unknown }");
  await client.dispose();
})();
