// How the playground talks to the gateway: POST for queries and mutations, a websocket for subscriptions.
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { getOperationAST, parse } from "graphql";
import { createClient } from "graphql-ws";
import { withAccess } from "./access.js";
import { filled, remember } from "./placeholders.js";

const ACCEPT = "application/graphql-response+json, application/json;q=0.9";

// Beside the page, so that a gateway below a path prefix works too.
const endpoint = new URL("graphql", location.href);

function post(body, headers, token) {
  const all = new Headers(headers);
  all.set("content-type", "application/json");
  all.set("accept", ACCEPT);
  all.set("graphql-require-preflight", "1"); // a header that no foreign form can send
  if (token && !all.has("authorization")) all.set("authorization", `Bearer ${token}`);
  return fetch(endpoint, { method: "POST", headers: all, body });
}

/** Run a mutation with one root field and return its payload; an Error carries a sentence that can be shown. */
export async function mutate(query, variables, field, token = "") {
  const response = await post(JSON.stringify({ query, variables }), {}, token);
  const { data, errors } = await response.json().catch(() => ({}));
  const payload = data?.[field];
  const problem = payload?.userErrors?.[0] ?? errors?.[0];
  if (payload && !problem) return payload;
  const error = new Error(problem?.message ?? `The server answered with status ${response.status}.`);
  error.isRefusal = Boolean(problem);
  throw error;
}

/** Make GraphiQL's fetcher; `readToken` is asked for every request and every connection. */
export function makeFetcher(readToken) {
  const socket = new URL(endpoint);
  socket.protocol = endpoint.protocol.replace("http", "ws");
  const wsClient = createClient({
    url: socket.href,
    connectionParams: async () => {
      const token = await readToken();
      return token ? { authorization: `Bearer ${token}` } : {};
    },
  });
  const fetcher = createGraphiQLFetcher({
    url: endpoint.href,
    fetch: async (_url, { body, headers }) => post(body, headers, await readToken()),
    wsClient,
    enableIncrementalDelivery: false, // the gateway answers in one piece
  });
  return async (params, options) => {
    const [asked, known] = chosen(params, options);
    const answer = await fetcher({ ...asked, variables: filled(asked.variables) }, known);
    if (asked.operationName === "IntrospectionQuery") return withAccess(answer);
    remember(answer?.data);
    return answer;
  };
}

// GraphiQL parses with a delay: right after a change of tabs it still names the other tab's operation.
function chosen(params, options) {
  try {
    const documentAST = parse(params.query);
    const operation = getOperationAST(documentAST, params.operationName) ?? getOperationAST(documentAST);
    return [{ ...params, operationName: operation?.name?.value }, { ...options, documentAST }];
  } catch {
    return [params, options]; // the gateway says what is wrong with it
  }
}
