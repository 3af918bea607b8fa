// The reference client of graphql-sse, in distinct-connections mode.
import assert from "node:assert/strict";
import { createClient } from "graphql-sse";
import * as asking from "../asking.mjs";

const authorization = await asking.signedIn();
const connect = (options = {}) => createClient({ url: asking.url, retryAttempts: 0, ...options });

async function first(client, request, count = 1) {
  const found = [];
  for await (const result of client.iterate(request)) {
    assert.equal(result.errors, undefined);
    found.push(result.data);
    if (found.length === count) break;
  }
  return found;
}

await asking.tell(`graphql-sse ${asking.version("graphql-sse")}`, {
  query: async () => asking.isBoard((await first(connect(), { query: asking.BOARD, variables: { first: 3 } }))[0]),
  mutation: async () =>
    asking.isLogin((await first(connect(), { query: asking.LOGIN, variables: { input: asking.ADA } }))[0]),
  token: async () => asking.isAda((await first(connect({ headers: { authorization } }), { query: asking.VIEWER }))[0]),
  subscription: async () =>
    asking.isStream(await first(connect(), { query: asking.CHANGED, variables: { first: 100 } }, 2)),
  complete: async () => {
    let results = 0;
    for await (const _ of connect().iterate({ query: asking.VIEWER })) results += 1;
    assert.equal(results, 1);
  },
  error: async () => {
    const thrown = await first(connect(), { query: asking.WRONG }).catch((error) => error);
    assert.equal(thrown.response.status, 400);
    assert.equal((await thrown.response.json()).errors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
  },
  resume: async () => {
    const request = { query: asking.CHANGED, variables: { first: 100 } };
    const [snapshot] = await first(connect(), request);
    const held = snapshot.leaderboardChanged.version;
    const [delta] = await first(connect({ headers: () => ({ "last-event-id": held }) }), request);
    assert.equal(delta.leaderboardChanged.since, held);
  },
  "wrong token": async () => {
    const client = connect({ headers: { authorization: "Bearer nonsense" } });
    const thrown = await first(client, { query: asking.VIEWER }).catch((error) => error);
    assert.equal(thrown.response.status, 401);
  },
});
