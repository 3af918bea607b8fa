// Placeholders in variables: "{{new}}" is a new unique text, "{{quiz.id}}" is read from the latest answers.
const latest = {};

/** Keep what an answer brought, by root field. */
export function remember(data) {
  if (data && typeof data === "object") Object.assign(latest, data);
}

/** Return the variables with their placeholders filled in; an unknown one stays as it is, and the gateway names it. */
export function filled(value) {
  if (typeof value === "string") {
    const path = /^\{\{([\w.]+)\}\}$/.exec(value)?.[1];
    return path ? (read(path) ?? value) : value;
  }
  if (Array.isArray(value)) return value.map(filled);
  if (value && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filled(each)]));
  return value;
}

/** Follow a path; in a list of slots a type's name stands for the first slot with such a question. */
function read(path) {
  if (path === "new") return `playground-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  let found = latest;
  for (const step of path.split("."))
    found = Array.isArray(found) ? found.find(({ question }) => question?.__typename === step) : found?.[step];
  return typeof found === "object" ? null : found;
}
