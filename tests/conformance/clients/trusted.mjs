// Relay's and graphql-codegen's manifests, imported as they are: the apps send ids alone, over every transport.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createClient as createEvents } from "graphql-sse";
import { createClient as createSocket } from "graphql-ws";
import WebSocket from "ws";
import * as asking from "../asking.mjs";
import changed from "../__generated__/relay/boardsSubscription.graphql.js";
import login from "../__generated__/relay/boardsLoginMutation.graphql.js";
import query from "../__generated__/relay/boardsQuery.graphql.js";

const codegen = JSON.parse(readFileSync("codegen/__generated__/persisted-documents.json", "utf8"));
const headers = { "content-type": "application/json", authorization: await asking.signedIn() };

async function post(body) {
  const response = await fetch(asking.url, { method: "POST", headers, body: JSON.stringify(body) });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  return data;
}

async function messages(client, count = 2) {
  const found = [];
  const request = { query: "", documentId: changed.params.id, variables: { first: 100 } }; // graphql-ws insists on a query
  for await (const { data } of client.iterate(request)) {
    if (found.push(data) === count) break;
  }
  return found;
}

await asking.tell("trusted documents", {
  "Relay: query": async () => {
    assert.equal(query.params.text, null);
    asking.isAda(await post({ doc_id: query.params.id, variables: { first: 3 } }));
  },
  "Relay: mutation": async () =>
    asking.isLogin(await post({ documentId: login.params.id, variables: { input: asking.ADA } })),
  "Relay: subscription (ws)": async () =>
    asking.isStream(await messages(createSocket({ url: asking.socketUrl, webSocketImpl: WebSocket, retryAttempts: 0 }))),
  "Relay: subscription (sse)": async () =>
    asking.isStream(await messages(createEvents({ url: asking.url, retryAttempts: 0 }))),
  "graphql-codegen: query, GET": async () => {
    const [documentId] = Object.entries(codegen).find(([, text]) => text.includes("query Board"));
    asking.isBoard(await post({ documentId, variables: { first: 3 } }));
    const asked = new URLSearchParams({ documentId, variables: '{"first":3}' });
    const response = await fetch(`${asking.url}?${asked}`, { headers: { "graphql-require-preflight": "1" } });
    asking.isBoard((await response.json()).data);
  },
});
