// Watches the leaderboard with the unmodified clients and their default settings through two rolling restarts: a new
// process serves, new connections go to it, and the old one drains.
// A client passes if its subscription neither ends nor fails and receives messages of all three processes.
// Usage: node restarts.mjs BASE_URL QUESTPATH_COMMAND PYTHON DATABASE_URL
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createSocketClient } from "graphql-ws";
import WebSocket from "ws";
import * as asking from "../asking.mjs";

const [questpath, python, database] = process.argv.slice(3);
const RESTARTS = 2;
const PATIENCE_MS = 60_000;
const REQUEST = { query: asking.CHANGED, variables: { first: 100 } };
const publicPort = Number(new URL(asking.base).port);
const root = new URL("../../..", import.meta.url).pathname;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(condition, what) {
  for (const began = Date.now(); !condition(); await pause(50)) {
    assert.ok(Date.now() - began < PATIENCE_MS, `${what} took too long`);
  }
}

let current;
const started = [];
process.on("exit", () => started.forEach((child) => child.kill("SIGTERM")));
const balancer = net.createServer((client) => {
  const server = net.connect({ port: current.port, host: "127.0.0.1", localAddress: client.remoteAddress });
  client.pipe(server).pipe(client);
  for (const [end, other] of [[client, server], [server, client]]) end.on("error", () => other.destroy());
});

/** Start a gateway and give it all new connections, those of learners who move the leaderboard among them. */
async function start(port) {
  let log = "";
  const env = { ...process.env, DATABASE_URL: database, QUESTPATH_PORT: String(port) };
  const server = spawn(questpath, ["serve"], { env });
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (piece) => (log += piece));
  started.push(server);
  await until(() => log.includes("is ready on") || server.exitCode !== null, "starting");
  assert.equal(server.exitCode, null, log);
  current?.pacer.kill("SIGINT");
  current = { port, server };
  started.push((current.pacer = spawn(python, ["-m", "tests.conformance.pacer", asking.base], { cwd: root, stdio: "ignore" })));
}

async function stop({ server, pacer }) {
  pacer.kill("SIGINT");
  const ended = once(server, "exit");
  server.kill("SIGTERM");
  assert.equal((await ended)[0], 0);
}

function watch(name, client) {
  const watched = { name, messages: [], end: null, began: performance.now() };
  client.subscribe(REQUEST, {
    next: (message) => watched.messages.push(message),
    complete: () => (watched.end ??= "complete"),
    error: (error) => (watched.end ??= `error: ${error?.message ?? error?.code ?? error}`),
  });
  return watched;
}

/** What a subscription received, cut before each snapshot: a process begins with one. */
function byProcess({ messages }) {
  const starts = messages.flatMap((message, at) => (message.data?.leaderboardChanged.__typename === "LeaderboardSnapshot" ? [at] : []));
  return starts.map((start, n) => messages.slice(start, starts[n + 1]).map((message) => message.data));
}

/** Wait until each subscription has received a snapshot and a delta of so many processes, or is over. */
async function receiving(all, processes) {
  const isServed = (watched) => watched.end !== null || (byProcess(watched)[processes - 1] ?? []).length >= 2;
  await until(() => all.every(isServed), "receiving").catch(() => {});
}

balancer.listen(publicPort, "127.0.0.1");
await start(publicPort + 1);
const all = [
  watch(`graphql-ws ${asking.version("graphql-ws")}`, createSocketClient({ url: asking.socketUrl, webSocketImpl: WebSocket })),
  watch(`graphql-sse ${asking.version("graphql-sse")}`, createSseClient({ url: asking.url })),
];
await receiving(all, 1);
for (let restart = 1; restart <= RESTARTS; restart += 1) {
  const old = current;
  await start(old.port + 1);
  await stop(old);
  await receiving(all, restart + 1);
}

let failed = 0;
for (const watched of all) {
  const line = { client: watched.name, case: "restarts", result: "ok" };
  try {
    assert.equal(watched.end, null);
    assert.equal(byProcess(watched).length, RESTARTS + 1);
    byProcess(watched).forEach(asking.isStream);
  } catch (error) {
    failed += 1;
    Object.assign(line, { result: "FAILED", detail: String(error?.stack ?? error).slice(0, 1_500) });
  }
  console.log(JSON.stringify({ ...line, ms: Math.round(performance.now() - watched.began) }));
}
await stop(current);
process.exit(failed ? 1 : 0);
