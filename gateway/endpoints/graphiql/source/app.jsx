// The playground: a bar that says who is signed in, above GraphiQL.
import "graphiql/style.css";
import "./app.css";
import { setNonce } from "get-nonce";
import { GraphiQL } from "graphiql";
import { useMemo, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { Bar } from "./bar.jsx";
import { examples } from "./examples.js";
import { Session } from "./session.js";
import { storage } from "./storage.js";
import { makeFetcher } from "./transport.js";

// Dialogs add a <style> element, which the Content-Security-Policy allows by the script's nonce only.
setNonce(document.currentScript.nonce);
const settings = JSON.parse(document.getElementById("playground-settings").textContent);

function Playground() {
  const [session, setSession] = useState(null);
  const [problem, setProblem] = useState("");
  const made = useRef(null);
  if (made.current === null) {
    made.current = new Session((next, reason) => {
      setSession(next);
      setProblem(reason);
    });
    setSession(made.current.current);
  }
  const current = made.current;
  // A new fetcher makes GraphiQL read the schema again, which depends on the caller and not on their token.
  const caller = session && `${session.name} ${session.roles}`;
  const fetcher = useMemo(() => makeFetcher(() => current.token()), [caller]);

  async function signIn(email, password) {
    setProblem("");
    try {
      await current.signIn(email, password);
    } catch (error) {
      setProblem(error.message);
    }
  }
  return (
    <>
      <Bar
        settings={settings}
        session={session}
        problem={problem}
        onSignIn={signIn}
        onToken={(text) => current.useToken(text)}
        onSignOut={() => current.signOut()}
      />
      <main className="qp-graphiql">
        <GraphiQL fetcher={fetcher} storage={storage} defaultTabs={examples} shouldPersistHeaders={false} />
      </main>
    </>
  );
}

createRoot(document.getElementById("playground")).render(<Playground />);
