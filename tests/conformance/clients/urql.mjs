// urql over HTTP, a websocket, and SSE, which its own fetch exchange speaks.
import assert from "node:assert/strict";
import { Client, cacheExchange, fetchExchange, subscriptionExchange } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import * as asking from "../asking.mjs";

const authorization = await asking.signedIn();
const sent = [];
const received = [];
const watched = async (uri, init) => {
  sent.push({ uri: String(uri), ...init });
  const response = await fetch(uri, init);
  received.push(response.headers.get("content-type"));
  return response;
};
const client = (options = {}) =>
  new Client({
    url: asking.url,
    exchanges: [cacheExchange, fetchExchange],
    requestPolicy: "network-only",
    preferGetMethod: false,
    fetch: watched,
    ...options,
  });
const socket = createClient({ url: asking.socketUrl, webSocketImpl: WebSocket, retryAttempts: 0 });
const overSocket = subscriptionExchange({
  enableAllOperations: true,
  forwardSubscription: (request) => ({
    subscribe: (sink) => ({ unsubscribe: socket.subscribe({ ...request, query: request.query ?? "" }, sink) }),
  }),
});
const data = (result) => {
  assert.equal(result.error, undefined, String(result.error));
  return result.data;
};

function messages(from, count) {
  const found = [];
  return new Promise((resolve, reject) => {
    const open = from.subscription(asking.CHANGED, { first: 100 }).subscribe((result) => {
      if (result.error) reject(result.error);
      else if (found.push(result.data) === count) {
        open.unsubscribe();
        resolve(found);
      }
    });
  });
}

async function persisted(preferGetForPersistedQueries) {
  const exchanges = [persistedExchange({ preferGetForPersistedQueries }), fetchExchange];
  const name = preferGetForPersistedQueries ? "a" : "b";
  const text = asking.BOARD.replace("total", `total ${name}${Date.now()}: total`);
  sent.length = 0;
  for (const _ of [1, 2]) asking.isBoard(data(await client({ exchanges }).query(text, { first: 3 })));
  const asked = sent.map(({ uri, body }) => body ?? decodeURIComponent(uri));
  assert.deepEqual(asked.map((text) => text.includes("leaderboard")), [false, true, false]);
}

await asking.tell(`@urql/core ${asking.version("@urql/core")}`, {
  query: async () => {
    asking.isBoard(data(await client().query(asking.BOARD, { first: 3 })));
    assert.match(received.at(-1), /json/); // it mentions text/event-stream in every Accept
  },
  GET: async () => {
    asking.isBoard(data(await client({ preferGetMethod: "force" }).query(asking.BOARD, { first: 3 })));
    assert.equal(sent.at(-1).method, "GET");
  },
  mutation: async () => asking.isLogin(data(await client().mutation(asking.LOGIN, { input: asking.ADA }))),
  token: async () =>
    asking.isAda(data(await client({ fetchOptions: { headers: { authorization } } }).query(asking.VIEWER, {}))),
  error: async () => {
    const { error } = await client().query(asking.WRONG, {});
    assert.equal(error.graphQLErrors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
  },
  APQ: () => persisted(false),
  "APQ by GET": () => persisted(true),
  "query (ws)": async () =>
    asking.isBoard(data(await client({ exchanges: [overSocket] }).query(asking.BOARD, { first: 3 }))),
  "subscription (ws)": async () => asking.isStream(await messages(client({ exchanges: [overSocket] }), 2)),
  "subscription (sse)": async () => {
    asking.isStream(await messages(client({ fetchSubscriptions: true }), 2));
    assert.match(received.at(-1), /event-stream/);
  },
});
