// Where GraphiQL keeps things: favourites in localStorage, everything else in this tab's sessionStorage.
// Tabs and history may hold passwords in variables and tokens in headers, so they end with the tab.
const FAVOURITES = "graphiql:favorites";
const SECRET = /pass|token|secret|authorization|code/i;

function withoutSecrets(text) {
  const { favorites = [], ...rest } = JSON.parse(text);
  const kept = favorites.map(({ headers, variables, ...favourite }) => ({
    ...favourite,
    variables: variables && blanked(variables),
  }));
  return JSON.stringify({ ...rest, favorites: kept });
}

/** Return variables as text in which every secret is empty; text that is no JSON is left out. */
function blanked(variables) {
  try {
    const blank = (name, value) => (SECRET.test(name) && typeof value === "string" ? "" : value);
    return JSON.stringify(JSON.parse(variables, blank), null, 2);
  } catch {
    return "";
  }
}

export const storage = {
  getItem: (key) => (key === FAVOURITES ? localStorage : sessionStorage).getItem(key),
  setItem(key, value) {
    if (key === FAVOURITES) localStorage.setItem(key, withoutSecrets(value));
    else sessionStorage.setItem(key, value);
  },
  removeItem: (key) => (key === FAVOURITES ? localStorage : sessionStorage).removeItem(key),
  clear() {
    localStorage.removeItem(FAVOURITES);
    sessionStorage.clear();
  },
  get length() {
    return sessionStorage.length;
  },
};
