// Relay's runtime over its network layer, with the artifacts that relay-compiler made of our SDL.
import assert from "node:assert/strict";
import { createClient } from "graphql-ws";
import relay from "relay-runtime";
import WebSocket from "ws";
import * as asking from "../asking.mjs";
import query from "../relay/__generated__/boardsQuery.graphql.js";
import login from "../relay/__generated__/boardsLoginMutation.graphql.js";
import changed from "../relay/__generated__/boardsSubscription.graphql.js";
import ranking from "../relay/__generated__/boards_ranking.graphql.js";

const { Environment, Network, Observable, RecordSource, Store } = relay;
const authorization = await asking.signedIn();
const socket = createClient({ url: asking.socketUrl, webSocketImpl: WebSocket, retryAttempts: 0 });

async function post({ text, name }, variables) {
  const response = await fetch(asking.url, {
    method: "POST",
    headers: {
      accept: "application/graphql-response+json",
      "content-type": "application/json",
      authorization,
    },
    body: JSON.stringify({ query: text, variables, operationName: name }),
  });
  return response.json();
}

const listen = ({ text, name }, variables) =>
  Observable.create((sink) => socket.subscribe({ query: text, variables, operationName: name }, sink));
const environment = () =>
  new Environment({ network: Network.create(post, listen), store: new Store(new RecordSource()) });

await asking.tell(`relay-runtime ${asking.version("relay-runtime")}`, {
  "query and connection": async () => {
    const used = environment();
    const data = await relay.fetchQuery(used, query, { first: 3 }).toPromise();
    asking.isAda(data);
    const selector = relay.getSingularSelector(ranking, data.leaderboard);
    const { edges } = used.lookup(selector).data.ranking;
    assert.equal(edges.length, 3);
    assert.equal(edges[0].node.rank, 1);
  },
  mutation: () =>
    new Promise((resolve, reject) => {
      relay.commitMutation(environment(), {
        mutation: login,
        variables: { input: asking.ADA },
        onError: reject,
        onCompleted: (data, errors) => {
          assert.equal(errors, null);
          asking.isLogin(data);
          resolve();
        },
      });
    }),
  "subscription (ws)": async () => {
    const messages = await new Promise((resolve, reject) => {
      const found = [];
      const open = relay.requestSubscription(environment(), {
        subscription: changed,
        variables: { first: 100 },
        onError: reject,
        onNext: (data) => {
          if (found.push(data) === 2) {
            resolve(found);
            open.dispose();
          }
        },
      });
    });
    asking.isStream(messages);
  },
});
