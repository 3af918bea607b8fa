// The session of this browser tab: signing in, refreshing before the access token expires, signing out.
import { mutate } from "./transport.js";

const KEY = "questpath:session";
const EARLY_MS = 60_000; // a token is refreshed this long before it expires
const FIELDS = `
  accessToken accessTokenExpiresAt refreshToken
  user { displayName handle }
  userErrors { ... on UserError { message } }`;
const LOGIN = `mutation SignIn($input: LoginInput!) { login(input: $input) { ${FIELDS} } }`;
const REFRESH = `mutation RefreshSession($input: RefreshSessionInput!) { refreshSession(input: $input) { ${FIELDS} } }`;
const LOGOUT = `mutation SignOut { logout { userErrors { ... on UserError { message } } } }`;

/** Return the claims of a JWT, or null if it is none. */
function claimsOf(token) {
  try {
    const claims = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(atob(claims));
  } catch {
    return null;
  }
}

function sessionOf({ accessToken, refreshToken, user }) {
  const claims = claimsOf(accessToken);
  return {
    accessToken,
    refreshToken: refreshToken ?? null,
    name: user?.displayName ?? null,
    roles: claims?.roles ?? [],
    expiresAt: claims?.exp ? claims.exp * 1000 : null,
  };
}

/** Keeps the session in sessionStorage and tells `onChange(session, reason)` of every change. */
export class Session {
  constructor(onChange) {
    this.onChange = onChange;
    this.current = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    this.refreshing = null;
    this.timer = null;
    this.schedule();
  }

  /** Return an access token that is still valid, or "" for an anonymous caller. */
  async token() {
    if (this.isDue()) await this.refresh();
    return this.current?.accessToken ?? "";
  }

  async signIn(email, password) {
    this.set(sessionOf(await mutate(LOGIN, { input: { email, password } }, "login")));
  }

  /** Use a token made elsewhere; it is not refreshed. */
  useToken(text) {
    const accessToken = text.replace(/^\s*bearer\s+/i, "").trim();
    this.set(accessToken ? sessionOf({ accessToken }) : null);
  }

  async signOut() {
    const token = this.current?.accessToken;
    this.set(null);
    if (token) await mutate(LOGOUT, {}, "logout", token).catch(() => {}); // it expires by itself
  }

  isDue() {
    const { refreshToken, expiresAt } = this.current ?? {};
    return Boolean(refreshToken) && expiresAt !== null && expiresAt - Date.now() < EARLY_MS;
  }

  /** Refresh once, for any number of callers at the same time. */
  refresh() {
    this.refreshing ??= this.exchange().finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  async exchange() {
    try {
      const { refreshToken } = this.current;
      this.set(sessionOf(await mutate(REFRESH, { input: { refreshToken } }, "refreshSession")));
    } catch (error) {
      if (error.isRefusal || this.current.expiresAt <= Date.now()) this.set(null, "The session ended. Sign in again.");
    }
  }

  set(next, reason = "") {
    this.current = next;
    if (next) sessionStorage.setItem(KEY, JSON.stringify(next));
    else sessionStorage.removeItem(KEY);
    this.schedule();
    this.onChange(next, reason);
  }

  schedule() {
    clearTimeout(this.timer);
    const { refreshToken, expiresAt } = this.current ?? {};
    if (!expiresAt) return;
    const left = expiresAt - Date.now() - (refreshToken ? EARLY_MS / 2 : 0);
    const act = () => (refreshToken ? this.refresh() : this.set(null, "The token expired."));
    this.timer = setTimeout(act, Math.max(left, refreshToken ? 1_000 : 0));
  }
}
