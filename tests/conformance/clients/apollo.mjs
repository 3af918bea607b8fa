// Apollo Client over HTTP, with persisted queries, and over a websocket.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import * as asking from "../asking.mjs";

const authorization = await asking.signedIn();
const sent = [];
const http = (options = {}) =>
  new HttpLink({
    uri: asking.url,
    headers: { "apollo-require-preflight": "true" },
    fetch: (uri, init) => {
      sent.push({ uri: String(uri), ...init });
      return fetch(uri, init);
    },
    ...options,
  });
const socket = () => new GraphQLWsLink(createClient({ url: asking.socketUrl, webSocketImpl: WebSocket, retryAttempts: 0 }));
const sha256 = async (text) => createHash("sha256").update(text).digest("hex");
const client = (link) => new ApolloClient({ link, cache: new InMemoryCache() });
const board = { query: gql(asking.BOARD), variables: { first: 3 } };

async function persisted(useGET) {
  const text = asking.BOARD.replace("total", `total ${useGET ? "a" : "b"}${Date.now()}: total`);
  const link = ApolloLink.from([new PersistedQueryLink({ sha256, useGETForHashedQueries: useGET }), http()]);
  sent.length = 0;
  for (const _ of [1, 2]) {
    const { data } = await client(link).query({ query: gql(text), variables: { first: 3 } });
    asking.isBoard(data);
  }
  const bodies = sent.map(({ uri, body }) => body ?? decodeURIComponent(uri));
  assert.deepEqual(bodies.map((body) => body.includes("leaderboard")), [false, true, false]);
  if (useGET) assert.equal(sent[2].method, "GET");
}

function messages(link, count) {
  const found = [];
  return new Promise((resolve, reject) => {
    const open = client(link)
      .subscribe({ query: gql(asking.CHANGED), variables: { first: 100 } })
      .subscribe({
        error: reject,
        next: ({ data, error }) => {
          if (error) reject(error);
          found.push(data);
          if (found.length === count) {
            open.unsubscribe();
            resolve(found);
          }
        },
      });
  });
}

await asking.tell(`@apollo/client ${asking.version("@apollo/client")}`, {
  query: async () => asking.isBoard((await client(http()).query(board)).data),
  GET: async () => {
    sent.length = 0;
    asking.isBoard((await client(http({ useGETForQueries: true })).query(board)).data);
    assert.equal(sent[0].method, "GET");
  },
  mutation: async () =>
    asking.isLogin((await client(http()).mutate({ mutation: gql(asking.LOGIN), variables: { input: asking.ADA } })).data),
  token: async () =>
    asking.isAda((await client(http({ headers: { authorization } })).query({ query: gql(asking.VIEWER) })).data),
  error: async () => {
    const thrown = await client(http()).query({ query: gql(asking.WRONG) }).catch((error) => error);
    assert.ok(CombinedGraphQLErrors.is(thrown), String(thrown));
    assert.equal(thrown.errors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
  },
  APQ: () => persisted(false),
  "APQ by GET": () => persisted(true),
  "query (ws)": async () => asking.isBoard((await client(socket()).query(board)).data),
  "subscription (ws)": async () => asking.isStream(await messages(socket(), 2)),
});
