// What every client asks, and how a case is told: one JSON line on stdout, for the table.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

export const [base] = process.argv.slice(2);
export const url = new URL("/graphql", base).href;
export const socketUrl = url.replace(/^http/, "ws");
const PATIENCE_MS = 60_000;

export const BOARD = "query Board($first: Int!) { leaderboard { version total entries(first: $first) { rank xp user { id handle } } } }";
export const VIEWER = "query Me { viewer { user { id handle } } }";
export const LOGIN = `mutation Login($input: LoginInput!) {
  login(input: $input) { accessToken userErrors { __typename ... on UserError { code message } } }
}`;
export const CHANGED = `subscription Changed($first: Int!, $after: LeaderboardVersion) {
  leaderboardChanged(first: $first, after: $after) {
    __typename
    ... on LeaderboardSnapshot { version entries { rank xp user { id handle } } }
    ... on LeaderboardDelta { version since moved { rank xp user { id handle } } entered { rank xp user { id handle } } left }
  }
}`;
export const WRONG = "query Wrong { leaderbord { total } }";
export const ADA = { email: "ada@questpath.example", password: "a quest for every day" };

export const version = (name) => createRequire(import.meta.url)(`${name}/package.json`).version;

/** Sign the demo learner in and return the `Authorization` header. */
export async function signedIn() {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: LOGIN, variables: { input: ADA } }),
  });
  return `Bearer ${(await response.json()).data.login.accessToken}`;
}

export function isBoard(data) {
  assert.equal(data.leaderboard.entries.length, 3);
  assert.equal(data.leaderboard.entries[0].rank, 1);
}

export function isLogin(data) {
  assert.match(data.login.accessToken, /^ey/);
  assert.deepEqual(data.login.userErrors, []);
}

export function isAda(data) {
  assert.equal(data.viewer.user.handle, "ada");
}

/** A snapshot, then the delta that leads on from it: learners hand in quizzes all the while. */
export function isStream(messages) {
  const [first, second] = messages.map((message) => message.leaderboardChanged);
  assert.equal(first.__typename, "LeaderboardSnapshot");
  assert.equal(second.__typename, "LeaderboardDelta");
  assert.equal(second.since, first.version);
  assert.ok(second.moved.length + second.entered.length + second.left.length > 0);
}

/** Run the cases of a client one after another. */
export async function tell(client, cases) {
  let failed = 0;
  for (const [name, run] of Object.entries(cases)) {
    const began = performance.now();
    const line = { client, case: name };
    try {
      await within(run());
      line.result = "ok";
    } catch (error) {
      failed += 1;
      Object.assign(line, { result: "FAILED", detail: String(error?.stack ?? error).slice(0, 1_500) });
    }
    console.log(JSON.stringify({ ...line, ms: Math.round(performance.now() - began) }));
  }
  process.exit(failed ? 1 : 0);
}

function within(work) {
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`nothing came within ${PATIENCE_MS} ms`)), PATIENCE_MS).unref();
  });
  return Promise.race([work, late]);
}
