// How the playground talks to the gateway: POST for queries and mutations, a websocket for subscriptions.
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { getOperationAST, parse } from "graphql";
import { createClient } from "graphql-ws";

const LOGIN = `mutation SignIn($input: LoginInput!) {
  login(input: $input) { accessToken userErrors { ... on UserError { message } } }
}`;
const ACCEPT = "application/graphql-response+json, application/json;q=0.9, multipart/mixed;q=0.8";

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

/** Make GraphiQL's fetcher; `readToken` is asked anew for every request and every connection. */
export function makeFetcher(readToken) {
  const socket = new URL(endpoint);
  socket.protocol = endpoint.protocol.replace("http", "ws");
  const wsClient = createClient({
    url: socket.href,
    connectionParams: () => (readToken() ? { authorization: `Bearer ${readToken()}` } : {}),
  });
  const fetcher = createGraphiQLFetcher({
    url: endpoint.href,
    fetch: (_url, { body, headers }) => post(body, headers, readToken()),
    wsClient,
  });
  return (params, options) => fetcher(...chosen(params, options));
}

// GraphiQL parses with a delay: right after a change of tabs it still tells the other tab's operation.
function chosen(params, options) {
  try {
    const documentAST = parse(params.query);
    const operation = getOperationAST(documentAST, params.operationName) ?? getOperationAST(documentAST);
    return [{ ...params, operationName: operation?.name?.value }, { ...options, documentAST }];
  } catch {
    return [params, options]; // the gateway says what is wrong with it
  }
}

/** Return an access token, or throw an Error whose message can be shown. */
export async function signIn(email, password) {
  const response = await post(JSON.stringify({ query: LOGIN, variables: { input: { email, password } } }));
  const { data, errors } = await response.json().catch(() => ({}));
  if (data?.login?.accessToken) return data.login.accessToken;
  const problem = data?.login?.userErrors?.[0] ?? errors?.[0];
  throw new Error(problem?.message ?? `The server answered with status ${response.status}.`);
}
