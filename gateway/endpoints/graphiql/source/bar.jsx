// The bar above GraphiQL: where things are, who is signed in, and how to sign in.
import { useEffect, useRef, useState } from "react";

const time = (moment) => new Date(moment).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

function DemoAccounts({ accounts, password, onSignIn }) {
  if (!accounts.length) return null;
  return (
    <select
      className="qp-demo"
      aria-label="Sign in as a demo account"
      value=""
      onChange={(event) => onSignIn(event.target.value, password)}
    >
      <option value="" disabled>
        Demo account…
      </option>
      {accounts.map(({ name, email, roles }) => (
        <option key={email} value={email}>
          {name} ({roles.join(", ").toLowerCase()})
        </option>
      ))}
    </select>
  );
}

function SignInForm({ onSignIn, onToken }) {
  function signIn(event) {
    event.preventDefault();
    onSignIn(event.currentTarget.email.value, event.currentTarget.password.value);
  }
  function takeToken(event) {
    event.preventDefault();
    onToken(event.currentTarget.token.value);
  }
  return (
    <div className="qp-panel">
      <form className="qp-sign-in" onSubmit={signIn}>
        <label>
          E-mail
          <input name="email" type="email" autoComplete="username" required autoFocus />
        </label>
        <label>
          Password
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        <button>Sign in</button>
      </form>
      <form className="qp-token" onSubmit={takeToken}>
        <label>
          or an access token or API key
          <input name="token" autoComplete="off" spellCheck={false} required />
        </label>
        <button>Use it</button>
      </form>
    </div>
  );
}

function Anonymous({ settings, onSignIn, onToken, isOpen, setOpen }) {
  const panel = useRef(null);
  useEffect(() => {
    if (!isOpen) return undefined;
    const close = (event) => event.key === "Escape" && setOpen(false);
    document.addEventListener("keydown", close);
    return () => document.removeEventListener("keydown", close);
  }, [isOpen]);
  return (
    <div className="qp-account" ref={panel}>
      <span className="qp-status" role="status">
        Anonymous
      </span>
      <DemoAccounts accounts={settings.demoAccounts} password={settings.demoPassword} onSignIn={onSignIn} />
      <button type="button" className="qp-open" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        Sign in
      </button>
      {isOpen && <SignInForm onSignIn={onSignIn} onToken={onToken} />}
    </div>
  );
}

function SignedIn({ session, onSignOut }) {
  const [copied, setCopied] = useState(false);
  async function copy() {
    await navigator.clipboard.writeText(session.accessToken);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  }
  const until = session.refreshToken || !session.expiresAt ? "" : ` until ${time(session.expiresAt)}`;
  return (
    <div className="qp-account">
      <span className="qp-status" role="status">
        {session.name ? (
          <>
            <b>{session.name}</b> <small>{session.roles.join(", ").toLowerCase()}</small>
          </>
        ) : (
          `Your token is sent${until}`
        )}
      </span>
      <button type="button" className="qp-copy" onClick={copy}>
        {copied ? "Copied" : "Copy token"}
      </button>
      <button type="button" className="qp-sign-out" onClick={onSignOut}>
        Sign out
      </button>
    </div>
  );
}

export function Bar({ settings, session, problem, onSignIn, onToken, onSignOut }) {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => setOpen(false), [session]);
  return (
    <header className="qp-bar">
      <h1>
        <a href={settings.home}>QuestPath</a>
      </h1>
      <span className="qp-problem" role="alert">
        {problem}
      </span>
      {session ? (
        <SignedIn session={session} onSignOut={onSignOut} />
      ) : (
        <Anonymous settings={settings} onSignIn={onSignIn} onToken={onToken} isOpen={isOpen} setOpen={setOpen} />
      )}
    </header>
  );
}
