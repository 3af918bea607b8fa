// The reference client of graphql-transport-ws.
import assert from "node:assert/strict";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import * as asking from "../asking.mjs";

const authorization = await asking.signedIn();
const connect = (options = {}) =>
  createClient({ url: asking.socketUrl, webSocketImpl: WebSocket, retryAttempts: 0, ...options });

async function first(client, request, count = 1) {
  const found = [];
  for await (const result of client.iterate(request)) {
    assert.equal(result.errors, undefined);
    found.push(result.data);
    if (found.length === count) break;
  }
  return found;
}

async function closing(options, request) {
  const client = connect({ lazy: true, ...options });
  try {
    await first(client, request);
  } catch (closed) {
    return closed;
  }
  throw new Error("the socket was not closed");
}

await asking.tell(`graphql-ws ${asking.version("graphql-ws")}`, {
  query: async () => asking.isBoard((await first(connect(), { query: asking.BOARD, variables: { first: 3 } }))[0]),
  mutation: async () =>
    asking.isLogin((await first(connect(), { query: asking.LOGIN, variables: { input: asking.ADA } }))[0]),
  token: async () =>
    asking.isAda((await first(connect({ connectionParams: { authorization } }), { query: asking.VIEWER }))[0]),
  subscription: async () =>
    asking.isStream(await first(connect(), { query: asking.CHANGED, variables: { first: 100 } }, 2)),
  "many on one socket": async () => {
    const client = connect();
    const subscription = { query: asking.CHANGED, variables: { first: 100 } };
    const [one, other, query] = await Promise.all([
      first(client, subscription, 2),
      first(client, subscription, 2),
      first(client, { query: asking.BOARD, variables: { first: 3 } }),
    ]);
    asking.isStream(one);
    asking.isStream(other);
    asking.isBoard(query[0]);
  },
  error: async () => {
    const errors = await first(connect(), { query: asking.WRONG }).catch((thrown) => thrown);
    assert.equal(errors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
  },
  resume: async () => {
    const [snapshot] = await first(connect(), { query: asking.CHANGED, variables: { first: 100 } });
    const after = snapshot.leaderboardChanged.version;
    const [delta] = await first(connect(), { query: asking.CHANGED, variables: { first: 100, after } });
    assert.equal(delta.leaderboardChanged.since, after);
  },
  "wrong token": async () => {
    const closed = await closing({ connectionParams: { authorization: "Bearer nonsense" } }, { query: asking.VIEWER });
    assert.equal(closed.code, 4403);
  },
});
