// The schema as the documentation shows it: sorted by name, and each field with who may use it.
const byName = (one, other) => one.name.localeCompare(other.name, "en");
let access = null;

async function read() {
  const response = await fetch(new URL("graphiql/access.json", location.href));
  return response.ok ? response.json() : {};
}

/** Return an introspection result with its parts sorted and rules in its descriptions. */
export async function withAccess(result) {
  const types = result?.data?.__schema?.types;
  if (!types) return result;
  access ??= await read().catch(() => ({}));
  types.sort(byName);
  for (const type of types) {
    type.fields?.sort(byName);
    type.inputFields?.sort(byName);
    type.enumValues?.sort(byName);
    for (const field of type.fields ?? []) {
      const rule = access[`${type.name}.${field.name}`];
      if (rule) field.description = [field.description, `**Access:** ${rule}`].filter(Boolean).join("\n\n");
    }
  }
  return result;
}
