// Runs every snippet of docs/client-libraries.md against a gateway: node snippets.mjs BASE_URL PYTHON
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import * as asking from "./asking.mjs";

const python = process.argv[3];
const page = readFileSync(new URL("../../docs/client-libraries.md", import.meta.url), "utf8");
const token = (await asking.signedIn()).replace("Bearer ", "");
const here = (code) =>
  code
    .replaceAll("wss://learn.example.org/graphql", asking.socketUrl)
    .replaceAll("https://learn.example.org/graphql", asking.url)
    .replaceAll("TOKEN", token);

async function run(kind, code) {
  const name = kind === "python" ? ".snippet.py" : ".snippet.mjs"; // beside node_modules, so that imports are found
  writeFileSync(name, here(code));
  try {
    const { stdout } = await promisify(execFile)(kind === "python" ? python : process.execPath, [name], { timeout: 50_000 });
    assert.notEqual(stdout.trim(), "", "it said nothing");
    assert.doesNotMatch(stdout, /error/i);
  } finally {
    rmSync(name);
  }
}

const cases = {};
for (const section of page.split("\n## ").slice(1)) {
  const [, kind, code] = /```(js|python)\n(.*?)```/s.exec(section);
  cases[section.split("\n")[0]] = () => run(kind, code);
}
await asking.tell("docs/client-libraries.md", cases);
