import { GraphiQL } from "graphiql";
import { useMemo, useState } from "react";

import { createFetcher } from "./fetcher.js";
import { TokenBar } from "./token-bar.jsx";
import { readToken, writeToken } from "./token.js";

// Another token is another merchant or other rights: everything is loaded anew, so that nothing of the first stays.
export function Page() {
  const [token, setToken] = useState(readToken);
  const fetcher = useMemo(() => createFetcher(token), [token]);
  const use = (text) => setToken(writeToken(text));
  return (
    <>
      <TokenBar token={token} onUse={use} />
      <main>
        {token && (
          <GraphiQL
            key={token}
            fetcher={fetcher}
            storage={sessionStorage}
            shouldPersistHeaders={false}
            showPersistHeadersSettings={false}
          />
        )}
      </main>
    </>
  );
}
