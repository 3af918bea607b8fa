"""One statement per shape, which writes the whole `data` of the response as JSON."""

_MOMENT = '\'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"\''

Q1 = f"""
SELECT json_build_object('user', json_build_object('id', id, 'handle', handle, 'displayName', display_name,
    'avatarUrl', avatar_url, 'bio', bio, 'joinedAt', to_char(joined_at AT TIME ZONE 'UTC', {_MOMENT}),
    'level', level, 'xpTotal', xp_total))
FROM users WHERE id = $1
"""  # noqa: S608 - a constant of ours
Q2 = """
WITH top AS (
    SELECT user_id, xp, reached_at FROM leaderboard_entries
    WHERE board = 'GLOBAL:ALL_TIME' AND visible AND xp > 0 ORDER BY xp DESC, reached_at, user_id LIMIT 50
), ranked AS (SELECT *, rank() OVER (ORDER BY xp DESC) AS rank FROM top)
SELECT json_build_object('leaderboard', json_build_object(
    'total', (SELECT learners FROM leaderboards WHERE board = 'GLOBAL:ALL_TIME'),
    'entries', json_agg(json_build_object('rank', r.rank, 'xp', r.xp, 'user', json_build_object('id', u.id,
        'handle', u.handle, 'displayName', u.display_name, 'level', u.level))
        ORDER BY r.xp DESC, r.reached_at, r.user_id)))
FROM ranked r JOIN users u ON u.id = r.user_id
"""
Q3 = """
SELECT json_build_object('viewer', json_build_object('goals', json_build_object('nodes', coalesce(json_agg(
    json_build_object('id', g.id, 'title', g.title, 'state', g.state,
        'owner', json_build_object('id', u.id, 'handle', u.handle, 'displayName', u.display_name),
        'roadmap', json_build_object('id', r.id, 'title', r.title, 'currentVersion', json_build_object('nodes', (
            SELECT json_agg(json_build_object('id', n.id, 'title', n.title, 'kind', n.kind, 'weight', n.weight,
                'optional', n.optional) ORDER BY n.position)
            FROM roadmap_nodes n WHERE n.version_id = r.current_version_id))))
    ORDER BY g.id DESC), '[]'))))
FROM (SELECT * FROM goals WHERE owner_id = $1 ORDER BY id DESC LIMIT 20) g
JOIN users u ON u.id = g.owner_id JOIN roadmaps r ON r.id = g.roadmap_id
"""
_WIDE = """
    SELECT json_build_object('currentVersion', json_build_object('nodes', (
        SELECT json_agg(json_build_object('id', n.id, 'lineageId', n.lineage_id, 'title', n.title,
            'description', n.description, 'kind', n.kind, 'weight', n.weight, 'optional', n.optional,
            'minutes', n.minutes) ORDER BY n.position)
        FROM roadmap_nodes n WHERE n.version_id = r.current_version_id)))
    FROM roadmaps r WHERE r.id =
"""
Q4 = f"SELECT json_build_object('one', ({_WIDE} $1), 'other', ({_WIDE} $2))"
Q5 = """
WITH today AS (SELECT (now() AT TIME ZONE time_zone)::date AS today FROM users WHERE id = $1), sums AS (
    SELECT local_date, sum(quizzes) AS quizzes, sum(score_tenths) AS tenths, sum(questions) AS questions,
        sum(correct) AS correct
    FROM attempt_days, today WHERE user_id = $1 AND local_date > today - 90 GROUP BY local_date
)
SELECT json_build_object('viewer', json_build_object('analytics', json_build_object('performance',
    json_build_object('days', json_agg(json_build_object('date', d.day, 'quizzesTaken', coalesce(s.quizzes, 0),
        'averageScore', round(s.tenths / 10.0 / s.quizzes, 1), 'totalQuestions', coalesce(s.questions, 0),
        'correctAnswers', coalesce(s.correct, 0)) ORDER BY d.day)))))
FROM (SELECT today - n AS day FROM today, generate_series(0, 89) n) d LEFT JOIN sums s ON s.local_date = d.day
"""
M1 = """
WITH graded AS (
    SELECT s.attempt_id, 100.0 * count(*) FILTER (WHERE s.answer -> 'options' = to_jsonb(k.correct_options))
        / count(*) AS score
    FROM attempt_slots s JOIN question_keys k ON k.question_id = s.question_id WHERE s.attempt_id = $1
    GROUP BY s.attempt_id
), done AS (
    UPDATE quiz_attempts a SET state = 'GRADED', finished_at = now(), local_date = (now() AT TIME ZONE 'UTC')::date,
        score = round(g.score, 1), passed = g.score >= a.pass_mark
    FROM graded g WHERE a.id = g.attempt_id AND a.user_id = $2 AND a.state = 'IN_PROGRESS'
    RETURNING a.id, a.user_id, a.state, a.score, a.passed
), entry AS (
    INSERT INTO xp_entries (id, user_id, amount, reason, source_type, source_id, rule_version, explanation,
        occurred_at, local_date, status)
    SELECT $3, user_id, score::int, 'QUIZ', 'attempt', id, 1, 'A quiz was taken.', now(),
        (now() AT TIME ZONE 'UTC')::date, 'SETTLED' FROM done
    RETURNING user_id, amount
), raised AS (
    UPDATE users u SET xp_total = u.xp_total + e.amount FROM entry e WHERE u.id = e.user_id
)
SELECT json_build_object('submitQuizAttempt', json_build_object('attempt', json_build_object('id', id,
    'state', state, 'score', score, 'passed', passed), 'userErrors', json_build_array()))
FROM done
"""
