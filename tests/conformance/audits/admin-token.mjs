// Signs in as the admin of the demo accounts and prints the access token, which has to reach introspection.
const base = process.argv[2];
const ask = async (query, token, variables) => {
  const headers = { 'content-type': 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await fetch(`${base}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return response.json();
};

const { data } = await ask(
  'mutation ($input: LoginInput!) { login(input: $input) { accessToken } }',
  undefined,
  { input: { email: 'root@questpath.example', password: process.env.ADMIN_PASSWORD } },
);
const token = data.login.accessToken;
const seen = await ask('{ __schema { queryType { name } } }', token);
if (seen.data?.__schema?.queryType?.name !== 'Query') {
  console.error(`the admin may not introspect: ${JSON.stringify(seen)}`);
  process.exit(1);
}
console.log(token);
