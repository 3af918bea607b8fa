// Prints what the clients told as one table, failures in full below it: node table.mjs RESULTS
import { readFileSync } from "node:fs";

const lines = readFileSync(process.argv[2], "utf8").trim().split("\n").map((line) => JSON.parse(line));
const widest = (name) => Math.max(...lines.map((line) => line[name].length));
const [client, asked] = [widest("client"), widest("case")];
for (const line of lines) {
  const cells = [line.client.padEnd(client), line.case.padEnd(asked), line.result.padEnd(6), `${line.ms} ms`.padStart(8)];
  console.log(cells.join("  "));
}
for (const { client, case: asked, detail } of lines.filter((line) => line.detail)) {
  console.log(`\n${client}: ${asked}\n${detail}`);
}
const count = (result) => lines.filter((line) => line.result === result).length;
console.log(`\n${count("ok")} cases passed, ${count("FAILED")} failed`);
process.exit(count("FAILED") ? 1 : 0);
