// Learners in k6: of six things that a learner does, three read, two are quiz attempts, one writes or looks around.
// The environment gives URL, DATA (tokens and quizzes), STEPS (users, seconds and begin of each) and PAUSE_S.
import { check, sleep } from "k6";
import exec from "k6/execution";
import http from "k6/http";
import { Counter, Rate } from "k6/metrics";
import { SharedArray } from "k6/data";

const data = new SharedArray("data", () => [JSON.parse(open(__ENV.DATA))]);
const steps = JSON.parse(__ENV.STEPS);
const pause = Number(__ENV.PAUSE_S);
const failures = new Rate("failures");
const shed = new Rate("shed");
const attempts = new Counter("attempts_submitted");

const READS = [
  "query Board { leaderboard { total entries(first: 50) { rank xp user { id handle displayName level } } } }",
  `query Goals { viewer { goals(first: 20) { nodes { id title state
     roadmap { id title currentVersion { nodes { id title kind weight optional } } } } } } }`,
  "query Learner($id: ID!) { user(by: {id: $id}) { id handle displayName bio joinedAt level xpTotal } }",
];
const START = `mutation Start($input: StartQuizAttemptInput!) { startQuizAttempt(input: $input) {
  attempt { id slots { number question { id ... on SingleChoice { options { id } } } } } userErrors { __typename } } }`;
const ANSWER = "mutation Answer($input: AnswerQuestionInput!) { answerQuestion(input: $input) { userErrors { __typename } } }";
const SUBMIT = `mutation Submit($input: SubmitQuizAttemptInput!) { submitQuizAttempt(input: $input) {
  attempt { id state score } userErrors { __typename } } }`;
const CREATE = `mutation Create($input: CreateGoalInput!) { createGoal(input: $input) {
  goal { id } userErrors { __typename } } }`;
const DAYS = `query Days { viewer { analytics { performance(period: D90) { days { date quizzesTaken averageScore } } } } }`;

function scenarios() {
  const made = {};
  for (const step of steps) {
    made[step.name] = {
      executor: "constant-vus", vus: step.users, duration: `${step.seconds}s`, startTime: `${step.begin}s`,
      gracefulStop: "10s",
    };
  }
  return made;
}

function thresholds() {
  // A threshold that always holds makes k6 report the metric of each step by itself; the runner judges.
  const made = {};
  for (const { name } of steps) {
    made[`http_req_duration{scenario:${name}}`] = ["max>=0"];
    made[`http_reqs{scenario:${name}}`] = ["count>=0"];
    made[`failures{scenario:${name}}`] = ["rate>=0"];
    made[`shed{scenario:${name}}`] = ["rate>=0"];
  }
  return made;
}

export const options = {
  scenarios: scenarios(), thresholds: thresholds(), summaryTrendStats: ["med", "p(95)", "p(99)", "max"],
  discardResponseBodies: false, noConnectionReuse: false,
};

function pick(list) {
  return list[Math.floor(Math.random() * list.length)];
}

function ask(learner, query, variables) {
  const headers = { "content-type": "application/json", authorization: `Bearer ${learner.token}` };
  const response = http.post(`${__ENV.URL}/graphql`, JSON.stringify({ query, variables }), { headers });
  const isShed = response.status === 503;
  shed.add(isShed);
  const body = response.status === 200 ? response.json() : null;
  failures.add(!isShed && !check(body, { "is answered without errors": (b) => b !== null && !b.errors }));
  if (isShed) sleep(Number(response.headers["Retry-After"] || 1));
  return body ? body.data : null;
}

function key() {
  return `${exec.vu.idInTest}-${exec.vu.iterationInInstance}-${Date.now()}-${Math.random()}`;
}

function attempt(learner) {
  const started = ask(learner, START, { input: { quizId: pick(data[0].quizzes), idempotencyKey: key() } });
  const begun = started && started.startQuizAttempt && started.startQuizAttempt.attempt;
  if (!begun) return;
  begun.slots.forEach((slot, number) => {
    sleep(pause / 4);
    const options = [pick(slot.question.options).id];
    const given = { attemptId: begun.id, slot: slot.number, clientSeq: number + 1, answer: { options } };
    ask(learner, ANSWER, { input: given });
  });
  const ended = ask(learner, SUBMIT, { input: { attemptId: begun.id, idempotencyKey: key() } });
  if (ended && ended.submitQuizAttempt && ended.submitQuizAttempt.attempt) attempts.add(1);
}

export default function () {
  const learner = data[0].learners[(exec.vu.idInTest - 1) % data[0].learners.length];
  const chance = Math.random() * 6;
  if (chance < 3) {
    ask(learner, pick(READS), { id: pick(data[0].learners).id });
  } else if (chance < 5) {
    attempt(learner);
  } else if (chance < 5.5) {
    ask(learner, CREATE, { input: { title: "Read a book", idempotencyKey: key() } });
  } else {
    ask(learner, DAYS, {});
  }
  sleep(pause * (0.5 + Math.random()));
}

export function handleSummary(summary) {
  return { [__ENV.SUMMARY]: JSON.stringify(summary) };
}
