// All server audits of graphql-http, as a client of the gateway meets them: anonymous in the development profile, or
// with a token. What the production profile asks of every client (the header that no forged GET has) is sent then too.
import { serverAudits } from 'graphql-http';

const EXPECTED = 61;
const [base, token] = process.argv.slice(2);
if (!base) {
  console.error('Usage: run BASE_URL [TOKEN]');
  process.exit(2);
}
const added = token ? { authorization: `Bearer ${token}`, 'graphql-require-preflight': '1' } : {};
const asked = (url, options = {}) =>
  fetch(url, { ...options, headers: { ...options.headers, ...added } });

const failed = [];
const audits = serverAudits({ url: `${base}/graphql`, fetchFn: asked });
for (const audit of audits) {
  const result = await audit.fn();
  if (result.status !== 'ok') failed.push(`${audit.id} ${audit.name}: ${result.reason}`);
}
for (const line of failed) console.error(line);
const passed = audits.length - failed.length;
console.log(`${passed} of ${audits.length} audits of graphql-http${token ? ', with a token' : ''}`);
process.exit(passed === EXPECTED && audits.length === EXPECTED ? 0 : 1);
