import { GraphiQL } from "graphiql";
import { useMemo, useState } from "react";

import { createFetcher } from "./fetcher.js";
import { OperationMenu } from "./operation-menu.jsx";
import { useOperations } from "./operations.js";
import { TokenBar } from "./token-bar.jsx";
import { readToken, writeToken } from "./token.js";

// Another token is another merchant or other rights: everything is loaded anew, so that nothing of the first stays.
export function Page() {
  const [token, setToken] = useState(readToken);
  const fetcher = useMemo(() => createFetcher(token), [token]);
  const operations = useOperations(token);
  const [chosen, setChosen] = useState(null);
  const use = (text) => {
    setChosen(null);
    setToken(writeToken(text));
  };
  return (
    <>
      <header>
        <TokenBar token={token} onUse={use} />
        <OperationMenu operations={operations} onChoose={setChosen} />
      </header>
      <main>
        {token && (
          <GraphiQL
            key={token}
            fetcher={fetcher}
            {...(chosen && { query: chosen.document, variables: JSON.stringify(chosen.variables ?? {}, null, 2) })}
            storage={sessionStorage}
            shouldPersistHeaders={false}
            showPersistHeadersSettings={false}
          />
        )}
      </main>
    </>
  );
}
