// Named statements, so that pg prepares each once per connection; columns carry the names of the schema.
const user = `id, handle, display_name AS "displayName", avatar_url AS "avatarUrl", bio, joined_at AS "joinedAt",
  level, xp_total AS "xpTotal"`
const node = `id, version_id, lineage_id AS "lineageId", title, description, kind, weight, optional, minutes`

export const statements = {
  users: `SELECT ${user} FROM users WHERE id = ANY ($1)`,
  board: `SELECT learners AS total FROM leaderboards WHERE board = 'GLOBAL:ALL_TIME'`,
  top: `SELECT rank() OVER (ORDER BY xp DESC) AS rank, xp, user_id FROM (
      SELECT xp, reached_at, user_id FROM leaderboard_entries
      WHERE board = 'GLOBAL:ALL_TIME' AND visible AND xp > 0 ORDER BY xp DESC, reached_at, user_id LIMIT $1
    ) top ORDER BY xp DESC, reached_at, user_id`,
  goals: `SELECT id, title, state, owner_id, roadmap_id FROM goals WHERE owner_id = $1 ORDER BY id DESC LIMIT $2`,
  roadmaps: `SELECT id, title, current_version_id FROM roadmaps WHERE id = ANY ($1)`,
  nodes: `SELECT ${node} FROM roadmap_nodes WHERE version_id = ANY ($1) ORDER BY version_id, position`,
  days: `WITH today AS (SELECT (now() AT TIME ZONE time_zone)::date AS today FROM users WHERE id = $1), sums AS (
      SELECT local_date, sum(quizzes) AS quizzes, sum(score_tenths) AS tenths, sum(questions) AS questions,
        sum(correct) AS correct
      FROM attempt_days, today WHERE user_id = $1 AND local_date > today - $2::int GROUP BY local_date
    )
    SELECT d.day::text AS date, coalesce(s.quizzes, 0)::int AS "quizzesTaken",
      round(s.tenths / 10.0 / s.quizzes, 1)::float AS "averageScore",
      coalesce(s.questions, 0)::int AS "totalQuestions", coalesce(s.correct, 0)::int AS "correctAnswers"
    FROM (SELECT today - n AS day FROM today, generate_series(0, $2::int - 1) n) d
    LEFT JOIN sums s ON s.local_date = d.day ORDER BY d.day`,
  grade: `WITH graded AS (
      SELECT 100.0 * count(*) FILTER (WHERE s.answer -> 'options' = to_jsonb(k.correct_options)) / count(*) AS score
      FROM attempt_slots s JOIN question_keys k ON k.question_id = s.question_id WHERE s.attempt_id = $1
    )
    UPDATE quiz_attempts a SET state = 'GRADED', finished_at = now(), local_date = (now() AT TIME ZONE 'UTC')::date,
      score = round(g.score, 1), passed = g.score >= a.pass_mark
    FROM graded g WHERE a.id = $1 AND a.user_id = $2 AND a.state = 'IN_PROGRESS'
    RETURNING a.id, a.state, a.score::float AS score, a.passed`,
  award: `INSERT INTO xp_entries (id, user_id, amount, reason, source_type, source_id, rule_version, explanation,
      occurred_at, local_date, status)
    VALUES ($1, $2, $3, 'QUIZ', 'attempt', $4, 1, 'A quiz was taken.', now(), (now() AT TIME ZONE 'UTC')::date,
      'SETTLED')`,
  raise: `UPDATE users SET xp_total = xp_total + $2 WHERE id = $1`
}
