// The playground: a bar with the access token above GraphiQL. What is typed here ends with the browser's tab.
import "graphiql/style.css";
import "./app.css";
import { setNonce } from "get-nonce";
import { GraphiQL } from "graphiql";
import { useEffect, useMemo, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { examples } from "./examples.js";
import { makeFetcher, signIn } from "./transport.js";

const TOKEN = "questpath:token";

// Dialogs add a <style> element, which the Content-Security-Policy allows by the script's nonce only.
setNonce(document.currentScript.nonce);

/** Return when a token ends, in milliseconds, or null where it is no readable JWT. */
function endOf(token) {
  try {
    const claims = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(atob(claims)).exp * 1000 || null;
  } catch {
    return null;
  }
}

function status(token, now) {
  if (!token) return "Anonymous";
  const end = endOf(token);
  if (end === null) return "Token is sent";
  const time = new Date(end).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return end <= now ? `Expired at ${time}: sign in again` : `Signed in until ${time}`;
}

function TokenBox({ token, onChange }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    setNow(Date.now());
    const left = (endOf(token) ?? 0) - Date.now();
    if (left <= 0) return undefined;
    const timer = setTimeout(() => setNow(Date.now()), left);
    return () => clearTimeout(timer);
  }, [token]);
  return (
    <div className="qp-token">
      <label htmlFor="qp-token">Access token</label>
      <input
        id="qp-token"
        value={token}
        onChange={(event) => onChange(event.target.value.replace(/^\s*bearer\s+/i, "").trim())}
        placeholder="paste one here, or sign in"
        autoComplete="off"
        spellCheck={false}
      />
      <button type="button" disabled={!token} onClick={() => onChange("")}>
        Clear
      </button>
      <span className="qp-status" role="status">
        {status(token, now)}
      </span>
    </div>
  );
}

function SignIn({ onToken }) {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  async function submit(event) {
    event.preventDefault();
    const form = event.currentTarget;
    setBusy(true);
    setProblem("");
    try {
      onToken(await signIn(form.email.value, form.password.value));
      form.reset();
    } catch (error) {
      setProblem(error.message);
    } finally {
      setBusy(false);
    }
  }
  return (
    <form className="qp-sign-in" onSubmit={submit}>
      <input
        name="email"
        type="email"
        aria-label="E-mail"
        placeholder="E-mail"
        autoComplete="username"
        required
      />
      <input
        name="password"
        type="password"
        aria-label="Password"
        placeholder="Password"
        autoComplete="current-password"
        required
      />
      <button disabled={busy}>Sign in</button>
      <span className="qp-problem" role="alert">
        {problem}
      </span>
    </form>
  );
}

function Playground() {
  const [token, setToken] = useState(() => sessionStorage.getItem(TOKEN) ?? "");
  const current = useRef(token);
  // A new fetcher makes GraphiQL read the schema again, which depends on the caller: once typing pauses.
  const [caller, setCaller] = useState(token);
  useEffect(() => {
    const timer = setTimeout(() => setCaller(token), 400);
    return () => clearTimeout(timer);
  }, [token]);
  const fetcher = useMemo(() => makeFetcher(() => current.current), [caller]);

  function change(next) {
    current.current = next;
    sessionStorage.setItem(TOKEN, next);
    setToken(next);
  }
  return (
    <>
      <header className="qp-bar">
        <h1>QuestPath</h1>
        <TokenBox token={token} onChange={change} />
        <SignIn onToken={change} />
      </header>
      <main className="qp-graphiql">
        {/* sessionStorage, because history and tabs may hold passwords in variables and tokens in headers. */}
        <GraphiQL
          fetcher={fetcher}
          storage={sessionStorage}
          defaultTabs={examples}
          shouldPersistHeaders={false}
        />
      </main>
    </>
  );
}

createRoot(document.getElementById("playground")).render(<Playground />);
