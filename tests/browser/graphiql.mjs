// Drives the playground of a running development gateway in Chromium:
//   node graphiql.mjs BASE_URL CHROMIUM [FOLDER FOR SCREENSHOTS]
// Exits with 1 at the first thing that is not as it should be. The account is a demo one unless
// QUESTPATH_BROWSER_EMAIL and QUESTPATH_BROWSER_PASSWORD name another.
import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";

const [base, executablePath, folder] = process.argv.slice(2);
if (!base || !executablePath) {
  console.error("usage: node graphiql.mjs BASE_URL CHROMIUM [FOLDER FOR SCREENSHOTS]");
  process.exit(2);
}
const address = new URL("/graphql", base);
const email = process.env.QUESTPATH_BROWSER_EMAIL ?? "ada@questpath.example";
const password = process.env.QUESTPATH_BROWSER_PASSWORD ?? "a quest for every day";
const PATIENCE_MS = 15_000;

const complaints = []; // of the browser: CSP violations, failed requests, uncaught errors
const requests = [];
const frames = []; // sent over websockets

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const context = await browser.newContext({ viewport: { width: 1360, height: 800 } });
context.on("console", (said) => {
  if (["error", "warning"].includes(said.type())) complaints.push(`${said.type()}: ${said.text()}`);
});
context.on("weberror", (thrown) => complaints.push(`uncaught: ${thrown.error().message}`));
context.on("request", (request) => requests.push(request));
context.on("page", (opened) =>
  opened.on("websocket", (socket) => {
    requests.push({ url: () => socket.url().replace(/^ws/, "http"), method: () => "WEBSOCKET" });
    socket.on("framesent", ({ payload }) => frames.push(JSON.parse(payload)));
  }),
);
const page = await context.newPage();
page.setDefaultTimeout(PATIENCE_MS);

async function step(told, act) {
  await act();
  console.log(`ok - ${told}`);
}

/** Ask again until `read` returns something. */
async function until(what, read) {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(100)) {
    const found = await read();
    if (found) return found;
  }
  throw new Error(`waited in vain for ${what}; shown: ${await shown()}`);
}

const shoot = async (name) => {
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
};
const run = () => page.click(".graphiql-execute-button");
const shown = () =>
  page.evaluate(() => document.querySelector(".result-window .CodeMirror")?.CodeMirror.getValue());
const write = (text) =>
  page.evaluate((value) => {
    document.querySelector(".graphiql-editor .CodeMirror").CodeMirror.setValue(value);
  }, text);
const written = () =>
  page.evaluate(() => document.querySelector(".graphiql-editor .CodeMirror").CodeMirror.getValue());

/** Wait for an answer in the right pane that fulfils `wanted`. */
const answer = (what, wanted) =>
  until(what, async () => {
    try {
      const value = JSON.parse(await shown());
      return wanted(value) && value;
    } catch {
      return null;
    }
  });

/** Ask the gateway directly; what a mutation refuses fails too. */
async function ask(query, variables, token) {
  const headers = { "content-type": "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  const body = JSON.stringify({ query, variables });
  const response = await fetch(address, { method: "POST", headers, body });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  for (const payload of Object.values(data)) assert.deepEqual(payload.userErrors ?? [], []);
  return data;
}

/** Let a new learner earn XP with a demo question, as slowly as a human answers; return the name. */
async function earn() {
  const stamp = Date.now().toString(36);
  const errors = "userErrors { ... on UserError { message } }";
  const displayName = `Browser ${stamp}`;
  const account = { handle: `browser_${stamp}`, email: `${stamp}@questpath.example`, displayName, password };
  const { register } = await ask(
    `mutation($input: RegisterInput!) { register(input: $input) { accessToken ${errors} } }`,
    { input: account },
  );
  const { quiz } = await ask(`{ quiz(by: { slug: "web-http-urls-and-messages" }) { id } }`);
  const { startQuizAttempt } = await ask(
    `mutation($input: StartQuizAttemptInput!) { startQuizAttempt(input: $input) {
      attempt { id slots { number question { prompt } } } ${errors}
    } }`,
    { input: { quizId: quiz.id, idempotencyKey: stamp } },
    register.accessToken,
  );
  const { id, slots } = startQuizAttempt.attempt;
  const { number } = slots.find(({ question }) => question.prompt.includes("TCP port does an https URL"));
  await sleep(1_500);
  await ask(
    `mutation($input: AnswerQuestionInput!) { answerQuestion(input: $input) { ${errors} } }`,
    { input: { attemptId: id, slot: number, clientSeq: 1, answer: { number: "443" } } },
    register.accessToken,
  );
  const { submitQuizAttempt } = await ask(
    `mutation($input: SubmitQuizAttemptInput!) { submitQuizAttempt(input: $input) {
      attempt { xpAwarded } ${errors}
    } }`,
    { input: { attemptId: id, idempotencyKey: stamp } },
    register.accessToken,
  );
  assert.ok(submitQuizAttempt.attempt.xpAwarded > 0);
  return displayName;
}

async function main() {
  await step("the page allows nothing but its own files", async () => {
    const response = await page.goto(address.href);
    const policy = response.headers()["content-security-policy"];
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'nonce-[\w-]{16,}';/);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
  });

  await step("the first example runs without a token", async () => {
    await page.waitForSelector(".graphiql-execute-button");
    await run();
    const { errors } = await answer("the example's answer", (value) => value.data);
    assert.equal(errors, undefined);
    await shoot("query");
  });

  await step("the documentation, the dialogs and completion open", async () => {
    await page.click('[aria-label="Show Documentation Explorer"]');
    await page.click('.graphiql-doc-explorer-type-name >> text="Query"');
    await page.waitForSelector('.graphiql-doc-explorer-field-name >> text="viewer"');
    await shoot("documentation");
    for (const name of ["Open settings dialog", "Open short keys dialog"]) {
      await page.click(`[aria-label="${name}"]`);
      await page.waitForSelector(".graphiql-dialog");
      await page.keyboard.press("Escape");
      await page.waitForSelector(".graphiql-dialog", { state: "detached" });
    }
    await page.click('[aria-label="Show History"]');
    await page.waitForSelector(".graphiql-history-item");
    await page.click('[aria-label="Hide History"]');
    await write("{ user");
    await page.click(".graphiql-editor .CodeMirror-line");
    await page.keyboard.press("Control+End");
    await page.keyboard.press("Control+Space");
    await page.waitForSelector(".CodeMirror-hints >> text=users");
    await page.keyboard.press("Escape");
  });

  await step("a wrong password is told, a right one signs in", async () => {
    await page.fill("[name=email]", email);
    await page.fill("[name=password]", `not ${password}`);
    await page.click(".qp-sign-in button");
    await until("the refusal", () => page.textContent(".qp-problem"));
    await shoot("refused");
    await page.fill("[name=password]", password);
    await page.click(".qp-sign-in button");
    await until("the token", () => page.inputValue("#qp-token"));
    await page.waitForSelector("text=Signed in until");
    assert.equal(await page.inputValue("[name=password]"), "");
  });
  const token = await page.inputValue("#qp-token");

  await step("queries carry the token", async () => {
    await write("query Me { viewer { __typename } }");
    await run();
    await answer("the viewer", (value) => value.data.viewer?.__typename === "Viewer");
    assert.equal(requests.at(-1).headers().authorization, `Bearer ${token}`);
  });

  await step("the token stays in this tab of the browser alone", async () => {
    assert.equal(await page.evaluate(() => JSON.stringify(localStorage)), "{}");
    await page.reload();
    assert.equal(await page.inputValue("#qp-token"), token);
    const other = await context.newPage();
    await other.goto(address.href);
    assert.equal(await other.inputValue("#qp-token"), "");
    await other.close();
  });

  await step("the second example subscribes over a websocket that carries the token", async () => {
    await page.click(".graphiql-tab:nth-child(2) .graphiql-tab-button");
    // The whole board: a new learner need not be among the first five.
    await write((await written()).replace("first: 5", "first: 100"));
    await run();
    const init = await until("connection_init", () => frames.find(({ type }) => type === "connection_init"));
    assert.deepEqual(init.payload, { authorization: `Bearer ${token}` });
    await until("subscribe", () => frames.find(({ type }) => type === "subscribe"));
    await answer("the board as it is", (value) => value.data.leaderboardChanged.entries);
    const learner = await earn();
    const { data } = await answer("the change", (value) => value.data.leaderboardChanged.entered?.length);
    assert.ok(data.leaderboardChanged.entered.some(({ user }) => user.displayName === learner));
    await shoot("subscription");
    await run(); // stops it
    await until("complete", () => frames.find(({ type }) => type === "complete"));
  });

  await step("every POST carries the header against forged requests", async () => {
    const posts = requests.filter((request) => request.method() === "POST");
    assert.ok(posts.length > 3);
    for (const post of posts) assert.equal(post.headers()["graphql-require-preflight"], "1");
  });

  await step("nothing was asked of another origin, and the browser had nothing to complain of", async () => {
    const asked = requests.map((request) => new URL(request.url()));
    const foreign = asked.filter(({ protocol, origin }) => protocol !== "data:" && origin !== address.origin);
    assert.deepEqual(foreign.map(String), []);
    assert.deepEqual(complaints, []);
  });
}

try {
  await main();
} catch (error) {
  console.error(error, complaints);
  process.exitCode = 1;
  await shoot("failure").catch(() => {}); // there may be no page to show
} finally {
  await browser.close();
}
