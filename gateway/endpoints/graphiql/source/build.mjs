// Bundles the playground into one script, one style sheet and one list of licences, beside this folder.
import { build } from "esbuild";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const here = import.meta.dirname;
const out = dirname(here);

// Modules that are bundled otherwise than their packages hold them.
const changed = [
  // No fonts: the system's own are used, and 380 kB of embedded ones are left out.
  [/graphiql\/dist\/style\.css$/, "css", (text) => text.replace(/@font-face\s*\{[^}]*\}/g, "")],
  // GraphiQL loads a picture when the mouse rests on its address; this page asks nobody but its own origin.
  [
    /components\/image-preview\.js$/,
    "js",
    () => "export const ImagePreview = Object.assign(() => null, { shouldRender: () => false });",
  ],
  // Without the search for a second copy of the package, which the alias below rules out.
  [
    /graphql\/jsutils\/instanceOf\.mjs$/,
    "js",
    () => "export const instanceOf = (value, type) => value instanceof type;",
  ],
];
const changes = {
  name: "changes",
  setup({ onLoad, onEnd }) {
    const missing = new Set(changed.map(([filter]) => filter));
    for (const [filter, loader, change] of changed)
      onLoad({ filter }, ({ path }) => {
        missing.delete(filter);
        return { contents: change(readFileSync(path, "utf8")), loader };
      });
    onEnd(() => {
      if (missing.size) throw new Error(`no module was found for ${[...missing].join(", ")}`);
    });
  },
};

const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: { graphiql: "app.jsx" },
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  jsx: "automatic",
  charset: "utf8",
  legalComments: "none",
  define: { "process.env.NODE_ENV": '"production"' },
  // One copy: the package's two module formats would be two realms that reject each other's types.
  alias: { graphql: join(here, "node_modules/graphql/index.mjs") },
  plugins: [changes],
  metafile: true,
});

// The package of a bundled file: the nearest folder with a named package.json.
function packageOf(path) {
  for (let folder = dirname(join(here, path)); folder !== here; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    const found = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
    if (found.name && found.version) return { ...found, folder };
  }
  return null;
}

function licenceText(folder) {
  const name = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  return name ? readFileSync(join(folder, name), "utf8").replaceAll("\r", "").trim() : "";
}

const bundled = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
const packages = new Map();
for (const found of bundled.map(packageOf)) if (found) packages.set(`${found.name} ${found.version}`, found);

// Each licence once in full; who holds the copyright stands in the list of packages.
const COPYRIGHT = /^\s*Copyright .*$/gm;
const texts = new Map();
const list = [...packages].sort().map(([name, { license, author, folder }]) => {
  const text = licenceText(folder);
  const owners = license === "Apache-2.0" ? [] : (text.match(COPYRIGHT) ?? []).map((line) => line.trim());
  const terms = license === "Apache-2.0" ? text : text.replace(COPYRIGHT, "").replace(/\n{3,}/g, "\n\n").trim();
  const words = terms.toLowerCase().replace(/[^a-z]+/g, " ").replace(/^(the )?mit license (mit )?/, "");
  if (text && !texts.has(words)) texts.set(words, { license, terms, users: [] });
  texts.get(words)?.users.push(name);
  const holders = owners.length ? owners : [author?.name ?? author].filter(Boolean);
  return `${name}: ${[license, ...holders].join("; ")}`;
});
const full = [...texts.values()].map(({ license, terms, users: [first, ...others] }) => {
  const more = others.length ? ` and ${others.length} more` : "";
  return `--- ${license}, as worded by ${first}${more} ---\n\n${terms}`;
});
writeFileSync(
  join(out, "LICENSES.txt"),
  ["graphiql.js and graphiql.css hold parts of these packages:", list.join("\n"), ...full].join("\n\n") + "\n",
);
console.log(`${packages.size} packages`);
