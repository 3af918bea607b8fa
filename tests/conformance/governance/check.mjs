// Judges an SDL file: its style, and whether each breaking change since the last release has its decision page.
// Usage: node check.mjs RELEASED PRESENT DECISIONS
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { buildSchema } from "graphql";

const [released, present, decisions] = process.argv.slice(2).map((path) => resolve(path));
process.env.SDL = present;
const { ESLint } = await import("eslint");

const problems = [];

const eslint = new ESLint({ cwd: import.meta.dirname });
const [linted] = await eslint.lintText(readFileSync(present, "utf8"), { filePath: "schema.graphql" });
for (const { line, message, ruleId } of linted.messages) {
  problems.push(`schema.graphql:${line}: ${message} (${ruleId})`);
}

const [before, after] = [released, present].map((path) => buildSchema(readFileSync(path, "utf8")));
const changes = await diff(before, after);
const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
const pages = readdirSync(decisions)
  .filter((name) => name.endsWith(".md"))
  .map((name) => readFileSync(join(decisions, name), "utf8"));
for (const { message, path } of breaking) {
  if (!pages.some((page) => page.includes(`\`${path}\``))) {
    problems.push(`${message} This breaks clients: write a decision page that names \`${path}\`.`);
  }
}

for (const problem of problems) console.error(problem);
console.log(
  `${changes.length} changes since the last release, ${breaking.length} of them breaking; ${problems.length} problems`,
);
process.exit(problems.length ? 1 : 0);
