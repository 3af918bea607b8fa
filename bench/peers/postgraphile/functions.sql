-- What a user of PostGraphile adds to the database for the shapes: a view with ranks, and two functions.
CREATE VIEW board_entries AS
SELECT board, user_id, xp, reached_at, rank() OVER (PARTITION BY board ORDER BY xp DESC) AS rank
FROM leaderboard_entries WHERE visible AND xp > 0;
COMMENT ON VIEW board_entries IS E'@primaryKey board,user_id\n@foreignKey (user_id) references users (id)\n@foreignKey (board) references leaderboards (board)';

CREATE TYPE performance_day AS (
    date date, quizzes_taken int, average_score float, total_questions int, correct_answers int
);

CREATE FUNCTION users_performance(asked users, days int) RETURNS SETOF performance_day LANGUAGE sql STABLE AS $$
WITH sums AS (
    SELECT local_date, sum(quizzes) AS quizzes, sum(score_tenths) AS tenths, sum(questions) AS questions,
        sum(correct) AS correct
    FROM attempt_days WHERE user_id = asked.id
    AND local_date > (now() AT TIME ZONE asked.time_zone)::date - days GROUP BY local_date
)
SELECT d.day, coalesce(s.quizzes, 0)::int, round(s.tenths / 10.0 / s.quizzes, 1)::float,
    coalesce(s.questions, 0)::int, coalesce(s.correct, 0)::int
FROM (
    SELECT (now() AT TIME ZONE asked.time_zone)::date - n AS day FROM generate_series(0, days - 1) n
) d LEFT JOIN sums s ON s.local_date = d.day ORDER BY d.day
$$;

CREATE FUNCTION submit_attempt(attempt_id text, learner_id text) RETURNS quiz_attempts LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    graded quiz_attempts;
BEGIN
    UPDATE quiz_attempts a SET state = 'GRADED', finished_at = now(),
        local_date = (now() AT TIME ZONE 'UTC')::date, score = round(g.score, 1), passed = g.score >= a.pass_mark
    FROM (
        SELECT 100.0 * count(*) FILTER (WHERE s.answer -> 'options' = to_jsonb(k.correct_options)) / count(*) AS score
        FROM attempt_slots s JOIN question_keys k ON k.question_id = s.question_id
        WHERE s.attempt_id = submit_attempt.attempt_id
    ) g
    WHERE a.id = submit_attempt.attempt_id AND a.user_id = learner_id AND a.state = 'IN_PROGRESS'
    RETURNING a.* INTO graded;
    INSERT INTO xp_entries (id, user_id, amount, reason, source_type, source_id, rule_version, explanation,
        occurred_at, local_date, status)
    VALUES ('xp_' || upper(left(replace(gen_random_uuid()::text, '-', ''), 26)), graded.user_id, graded.score::int,
        'QUIZ', 'attempt', graded.id, 1, 'A quiz was taken.', now(), graded.local_date, 'SETTLED');
    UPDATE users SET xp_total = xp_total + graded.score::int WHERE id = graded.user_id;
    RETURN graded;
END
$$;
