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

  await step("the documentation is sorted and says who may use a field; dialogs and completion open", async () => {
    await page.click('[aria-label="Show Documentation Explorer"]');
    await page.click('.graphiql-doc-explorer-type-name >> text="Query"');
    await page.waitForSelector('.graphiql-doc-explorer-field-name >> text="viewer"');
    const fields = await page.$$eval(".graphiql-doc-explorer-field-name", (all) =>
      all.map((each) => each.textContent),
    );
    const sorted = [...fields].sort((one, other) => one.localeCompare(other, "en"));
    assert.deepEqual(fields, sorted);
    await page.click('.graphiql-doc-explorer-field-name >> text="viewer"');
    await page.waitForSelector("text=/Access:\\s*everyone/");
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

  await step("a wrong password is refused with a sentence, a right one signs in", async () => {
    await page.click(".qp-open");
    await page.fill("[name=email]", email);
    await page.fill("[name=password]", `not ${password}`);
    await page.click(".qp-sign-in button");
    await until("the refusal", () => page.textContent(".qp-problem"));
    await shoot("refused");
    await page.fill("[name=password]", password);
    await page.click(".qp-sign-in button");
    await page.waitForSelector(".qp-sign-out");
    assert.match(await page.textContent(".qp-status"), /Ada/);
    assert.equal(await page.textContent(".qp-problem"), "");
  });
  const session = () => page.evaluate(() => JSON.parse(sessionStorage.getItem("questpath:session")));
  const { accessToken: token } = await session();

  await step("queries carry the token", async () => {
    await write("query Me { viewer { __typename } }");
    await run();
    await answer("the viewer", (value) => value.data.viewer?.__typename === "Viewer");
    assert.equal(requests.at(-1).headers().authorization, `Bearer ${token}`);
  });

  await step("the session stays in this tab of the browser alone", async () => {
    assert.equal(await page.evaluate(() => JSON.stringify(localStorage)), "{}");
    await page.reload();
    await page.waitForSelector(".qp-sign-out");
    assert.equal((await session()).accessToken, token);
    const other = await context.newPage();
    await other.goto(address.href);
    await other.waitForSelector("text=Anonymous");
    await other.close();
  });

  await step("a token that is about to expire is refreshed before the next request", async () => {
    await page.evaluate(() => {
      const kept = JSON.parse(sessionStorage.getItem("questpath:session"));
      sessionStorage.setItem("questpath:session", JSON.stringify({ ...kept, expiresAt: Date.now() + 5_000 }));
    });
    await page.reload();
    await page.waitForSelector(".graphiql-execute-button");
    const renewed = await until("a new token", async () => {
      const found = await session();
      return found.accessToken !== token && found;
    });
    assert.ok(renewed.expiresAt > Date.now() + 60_000);
    assert.match(await page.textContent(".qp-status"), /Ada/);
  });

  await step("the quiz example runs from start to review, its ids read from earlier answers", async () => {
    await page.click(".graphiql-tab:nth-child(3) .graphiql-tab-button");
    const text = await written();
    const operation = async (name, wanted) => {
      const parts = text.split(/\n(?=query|mutation)/);
      await write(parts.find((part) => new RegExp(`^(query|mutation) ${name}\\b`).test(part)));
      await sleep(400); // GraphiQL parses what was written with a delay
      await run();
      return answer(name, (value) => value.data && wanted(value.data));
    };
    await operation("FindQuiz", ({ quiz }) => quiz?.id);
    await operation("Start", ({ startQuizAttempt }) => startQuizAttempt?.attempt?.id);
    await operation("Answer", ({ answerQuestion }) => answerQuestion?.slot?.answeredAt);
    await operation("Submit", ({ submitQuizAttempt }) => submitQuizAttempt?.attempt?.score >= 0);
    await operation("Review", ({ attempt }) => attempt?.state === "GRADED");
    await shoot("quiz");
  });

  await step("the goal example creates a goal", async () => {
    await page.click(".graphiql-tab:nth-child(4) .graphiql-tab-button");
    await run();
    await answer("the goal", (value) => value.data?.createGoal?.goal?.state === "DRAFT");
  });

  await step("favourites outlast the tab, without secrets", async () => {
    await page.click('[aria-label="Show History"]');
    await page.click('.graphiql-history-item [aria-label="Add favorite"] >> nth=0');
    const kept = await until("a favourite", () =>
      page.evaluate(() => JSON.parse(localStorage.getItem("graphiql:favorites"))?.favorites),
    );
    assert.equal(kept.length, 1);
    assert.equal(kept[0].headers, undefined);
    await page.click('[aria-label="Hide History"]');
  });

  await step("a demo account is one choice away, and signing out ends the session", async () => {
    const { accessToken } = await session();
    await page.click(".qp-sign-out");
    await page.waitForSelector("text=Anonymous");
    await until("the end of the session", async () => {
      const headers = { "content-type": "application/json", authorization: `Bearer ${accessToken}` };
      const response = await fetch(address, { method: "POST", headers, body: '{"query":"{ __typename }"}' });
      return response.status === 401;
    });
    if (await page.$(".qp-demo")) {
      await page.selectOption(".qp-demo", "ada@questpath.example");
      await page.waitForSelector(".qp-sign-out");
    }
  });

  await step("the second example subscribes over a websocket that carries the token", async () => {
    await page.click(".graphiql-tab:nth-child(2) .graphiql-tab-button");
    // The whole board: a new learner need not be among the first five.
    await write((await written()).replace("first: 5", "first: 100"));
    await run();
    const init = await until("connection_init", () => frames.find(({ type }) => type === "connection_init"));
    assert.deepEqual(init.payload, { authorization: `Bearer ${(await session()).accessToken}` });
    await until("subscribe", () => frames.find(({ type }) => type === "subscribe"));
    await answer("the board as it is", (value) => value.data.leaderboardChanged.entries);
    const learner = await earn();
    const { data } = await answer("the change", (value) => value.data.leaderboardChanged.entered?.length);
    assert.ok(data.leaderboardChanged.entered.some(({ user }) => user.displayName === learner));
    await shoot("subscription");
    await run(); // stops it
    await until("complete", () => frames.find(({ type }) => type === "complete"));
  });

  await step("on a narrow screen editor and answer stand one below the other", async () => {
    await page.setViewportSize({ width: 420, height: 860 });
    const [editor, result] = await Promise.all(
      [".graphiql-editors", ".graphiql-response"].map((name) => page.locator(name).boundingBox()),
    );
    assert.ok(editor.width > 380 && result.width > 380);
    assert.ok(result.y >= editor.y + editor.height - 1);
    assert.ok(result.y + result.height <= 861);
    await shoot("narrow");
    await page.setViewportSize({ width: 1360, height: 800 });
  });

  await step("the start page leads to the playground and the guides", async () => {
    await page.goto(new URL("/", base).href);
    await page.click("text=For clients");
    await page.waitForSelector("h2");
    await shoot("guide");
    await page.click("nav >> text=Playground");
    await page.waitForSelector(".graphiql-execute-button");
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
