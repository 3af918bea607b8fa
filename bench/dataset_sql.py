"""SQL of the data set: the statements that fill it; `:name` stands for a size, and everything follows from row numbers.

Identifiers are hexadecimal numbers behind the prefix, which the gateway accepts and sorts before its own.
"""

from persistence.gamification.xp import level_sql

SCHEMA = """
CREATE SCHEMA bench;
CREATE FUNCTION bench.id(prefix text, n bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN prefix || '_' || lpad(upper(to_hex(n)), 26, '0');
CREATE FUNCTION bench.learner(n bigint, regulars_rows bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN bench.id('user', CASE WHEN n <= regulars_rows THEN (n - 1) % :regulars + 1
    ELSE :regulars + 1 + n % (:users - :regulars) END);
CREATE FUNCTION bench.today() RETURNS timestamptz LANGUAGE sql STABLE RETURN date_trunc('day', now(), 'UTC');
"""

PEOPLE = """
INSERT INTO users (id, handle, display_name, avatar_url, bio, joined_at, email, password_hash, roles, time_zone)
SELECT bench.id('user', n), 'learner' || n, 'Learner Number ' || n,
    CASE WHEN n % 3 = 0 THEN 'https://pictures.example/' || n || '.png' END,
    'Learns something new every day, and is number ' || n || '.', bench.today() - n * interval '97 minutes',
    'learner' || n || '@questpath.example', '-', '{LEARNER}', 'UTC'
FROM generate_series(1, :users) n;
INSERT INTO sessions (id, user_id, created_at, expires_at, last_used_at)
SELECT bench.id('session', n), bench.id('user', n), now(), now() + interval '30 days', now()
FROM generate_series(1, :users) n;
"""

EXAMS = """
INSERT INTO exam_types (id, code, name, description)
SELECT bench.id('examtype', n), 'exam-' || n, 'Exam ' || n, '' FROM generate_series(1, 4) n;
INSERT INTO exam_domains (id, exam_type_id, code, name, weight)
SELECT bench.id('domain', n), bench.id('examtype', (n - 1) % 4 + 1), (n - 1) / 4 + 1 || '.1', 'Domain ' || n, 10
FROM generate_series(1, 40) n;
INSERT INTO questions (id, exam_type_id, domain_id, kind, difficulty, prompt, options, all_or_nothing, author_id,
    name, content_hash, lineage_id)
SELECT bench.id('question', n), bench.id('examtype', (n - 1) / 5 % 4 + 1),
    bench.id('domain', (n - 1) / 5 % 4 + 1 + 4 * ((n - 1) % 5)), 'SINGLE_CHOICE',
    (ARRAY['EASY', 'MEDIUM', 'HARD'])[n % 3 + 1], 'Which of these holds for the case that has number ' || n || '?',
    jsonb_build_array(
        jsonb_build_object('id', bench.id('option', 4 * n), 'text', 'The first, ' || n),
        jsonb_build_object('id', bench.id('option', 4 * n + 1), 'text', 'The second, ' || n),
        jsonb_build_object('id', bench.id('option', 4 * n + 2), 'text', 'The third, ' || n),
        jsonb_build_object('id', bench.id('option', 4 * n + 3), 'text', 'None of them')),
    false, bench.id('user', n % 20 + 1), 'question ' || n, md5(n::text), bench.id('question', n)
FROM generate_series(1, :questions) n;
INSERT INTO question_keys (question_id, correct_options, texts, numbers, explanation, option_feedback)
SELECT bench.id('question', n), ARRAY[bench.id('option', 4 * n)], '[]', '[]', 'The first one is right.', '{}'
FROM generate_series(1, :questions) n;
INSERT INTO quizzes (id, slug, title, description, exam_type_id, author_id, pass_mark, feedback, question_count,
    content_hash, published_at)
SELECT bench.id('quiz', n), 'quiz-' || n, 'Quiz ' || n, '', bench.id('examtype', (n - 1) % 4 + 1),
    bench.id('user', n % 20 + 1), 70, 'AT_END', 5, md5(n::text), bench.today()
FROM generate_series(1, :quizzes) n;
INSERT INTO quiz_questions (quiz_id, position, question_id)
SELECT bench.id('quiz', (n - 1) / 5 + 1), (n - 1) % 5, bench.id('question', n) FROM generate_series(1, :questions) n;
"""

ROADMAPS = """
INSERT INTO roadmaps (id, slug, title, description, author_id, visibility, current_version_id, created_at)
SELECT bench.id('roadmap', n), 'roadmap-' || n, 'Roadmap ' || n, 'A way to subject ' || n || ', step by step.',
    bench.id('user', n % 20 + 1), 'PUBLIC', bench.id('roadmapversion', n), bench.today()
FROM generate_series(1, :roadmaps + :wide_roadmaps) n;
INSERT INTO roadmap_versions (id, roadmap_id, number, state, title, description, visibility, content_hash,
    created_at, published_at)
SELECT bench.id('roadmapversion', n), bench.id('roadmap', n), 1, 'PUBLISHED', 'Roadmap ' || n, '', 'PUBLIC',
    md5(n::text), bench.today(), bench.today()
FROM generate_series(1, :roadmaps + :wide_roadmaps) n;
CREATE TEMPORARY TABLE places AS
SELECT n, (n - 1) / 10 + 1 AS roadmap, (n - 1) % 10 AS position FROM generate_series(1, :roadmaps * 10) n
UNION ALL
SELECT :roadmaps * 10 + n, :roadmaps + (n - 1) / 500 + 1, (n - 1) % 500
FROM generate_series(1, :wide_roadmaps * 500) n;
INSERT INTO node_lineages (id, roadmap_id, key)
SELECT bench.id('lineage', n), bench.id('roadmap', roadmap), 'node-' || position FROM places;
INSERT INTO roadmap_nodes (id, version_id, lineage_id, title, description, kind, weight, optional, minutes,
    resources, completion, position)
SELECT bench.id('node', n), bench.id('roadmapversion', roadmap), bench.id('lineage', n),
    'Step ' || position + 1 || ' of roadmap ' || roadmap, 'What this step is about, in a sentence: case ' || n || '.',
    (ARRAY['CONCEPT', 'READING', 'EXERCISE', 'PROJECT'])[n % 4 + 1], n % 5 + 1, n % 7 = 0, n % 50 + 10,
    '[]', 'CHECKBOX', position
FROM places;
INSERT INTO goals (id, owner_id, title, description, kind, state, version, roadmap_id, created_at, xp_at_start)
SELECT bench.id('goal', n), bench.learner(n, 20 * :regulars), 'Walk a road to the end, number ' || n, '', 'ROADMAP',
    'ACTIVE', 2, bench.id('roadmap', n * 7919 % :roadmaps + 1), bench.today() - interval '1 day', 0
FROM generate_series(1, :goals) n;
"""

ATTEMPTS = """
CREATE TEMPORARY TABLE tries AS
SELECT n, n * 31 % :quizzes + 1 AS quiz, n % 6 AS correct, bench.learner(n, :attempts / 4) AS user_id,
    bench.today() - (1 + (n / :regulars * 9 / 5) % 179) * interval '1 day' + (n % 72_000) * interval '1 s' AS ended
FROM generate_series(1, :attempts) n;
INSERT INTO quiz_attempts (id, user_id, quiz_id, mode, state, feedback, pass_mark, seed, started_at, finished_at,
    local_date, score, passed)
SELECT bench.id('attempt', n), user_id, bench.id('quiz', quiz), 'PRACTICE', 'GRADED', 'AT_END', 70, n,
    ended - interval '5 minutes', ended, (ended AT TIME ZONE 'UTC')::date, correct * 20, correct >= 4
FROM tries;
INSERT INTO attempt_slots (attempt_id, number, question_id, answer, client_seq, answered_at, credit_numerator,
    credit_denominator)
SELECT bench.id('attempt', n), s, bench.id('question', (quiz - 1) * 5 + s),
    jsonb_build_object('options', jsonb_build_array(
        bench.id('option', 4 * ((quiz - 1) * 5 + s) + (s > correct)::int))),
    s, ended - (6 - s) * interval '20 s', (s <= correct)::int, 1
FROM tries, generate_series(1, 5) s;
INSERT INTO activities (user_id, kind, source_type, source_id, summary, occurred_at, local_date, time_zone)
SELECT user_id, 'QUIZ_ATTEMPT', 'attempt', bench.id('attempt', n), 'Took a quiz', ended,
    (ended AT TIME ZONE 'UTC')::date, 'UTC'
FROM tries;
"""

XP = """
INSERT INTO xp_entries (id, user_id, amount, reason, source_type, source_id, rule_version, explanation, occurred_at,
    local_date, status)
SELECT bench.id('xp', n), user_id, 12 * correct, 'QUIZ', 'attempt', bench.id('attempt', n), 1,
    correct || ' of 5 questions right.', ended, (ended AT TIME ZONE 'UTC')::date, 'SETTLED'
FROM tries;
INSERT INTO xp_entries (id, user_id, amount, reason, source_type, source_id, rule_version, explanation, occurred_at,
    local_date, status)
SELECT bench.id('xp', n), bench.id('user', (hashint8(n)::bigint + 2147483648) % :users + 1), 5 + n % 11 * 5,
    'NODE_COMPLETED', 'node', bench.id('lineage', n), 1, 'A node was completed.',
    bench.today() - n % 180 * interval '1 day' - n % 3_600 * interval '1 s',
    (bench.today() AT TIME ZONE 'UTC')::date - (n % 180)::int, 'SETTLED'
FROM generate_series(:attempts + 1, :xp_entries) n;
"""

TOTALS = f"""
UPDATE users SET xp_total = sums.amount, level = {level_sql("sums.amount")}
FROM (SELECT user_id, sum(amount) AS amount FROM xp_entries GROUP BY user_id) sums WHERE users.id = sums.user_id;
"""  # noqa: S608 - a constant of ours

STEPS = {
    "schema": SCHEMA,
    "people": PEOPLE,
    "exams": EXAMS,
    "roadmaps and goals": ROADMAPS,
    "attempts": ATTEMPTS,
    "XP": XP,
    "totals": TOTALS,
}

PREPARED = """
INSERT INTO quiz_attempts (id, user_id, quiz_id, mode, state, feedback, pass_mark, seed, started_at)
SELECT bench.id('attempt', (1::bigint << 40) + n), bench.id('user', n % :users + 1),
    bench.id('quiz', (n % :users + n / :users) % :quizzes + 1), 'PRACTICE', 'IN_PROGRESS', 'AT_END', 70, n,
    now() - interval '3 minutes'
FROM generate_series($1::bigint, $2::bigint) n
"""
"""Attempts in progress, spread over learners and quizzes; an open one is unique per learner and quiz."""

PREPARED_SLOTS = """
INSERT INTO attempt_slots (attempt_id, number, question_id, answer, client_seq, answered_at)
SELECT bench.id('attempt', (1::bigint << 40) + n), s, bench.id('question', question),
    jsonb_build_object('options', jsonb_build_array(bench.id('option', 4 * question + (s = 5)::int))),
    s, now() - (6 - s) * interval '20 s'
FROM (
    SELECT n, s, (n % :users + n / :users) % :quizzes * 5 + s AS question
    FROM generate_series($1::bigint, $2::bigint) n, generate_series(1, 5) s
) places
"""
"""Their answers: four of five are right."""


def sized(sql: str, sizes: dict[str, int]) -> str:
    """Write the sizes into a statement, the longest names first."""
    for name in sorted(sizes, key=len, reverse=True):
        sql = sql.replace(f":{name}", str(sizes[name]))
    return sql
