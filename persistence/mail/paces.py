"""Paces: when the next mail of a sender may go, counted by the clock of the database, whatever worker sends it."""

from sqlalchemy import ARRAY, BigInteger, Float, bindparam, text

from persistence.statements import ID, MOMENT, Statement

TAKE_TURN = Statement(
    text("""
    WITH wanted AS (
        SELECT FROM mails m
        JOIN users u ON u.email = m.recipient
        JOIN email_preferences p ON p.user_id = u.id
        WHERE m.id = :mail_id AND p.marketing AND u.email_verified AND u.erased_at IS NULL
            AND u.deleting_at IS NULL
            AND (u.suspended_at IS NULL OR u.suspended_until <= :now)
    ), given AS (
        SELECT name, make_interval(secs => every_s) AS every, clock_timestamp() AS clock
        FROM unnest(:names, :every_s) AS given (name, every_s)
        WHERE EXISTS (SELECT FROM wanted)
    ), taken AS (
        INSERT INTO mail_paces (name, next_at) SELECT name, clock + every FROM given ORDER BY name
        ON CONFLICT (name) DO UPDATE SET next_at =
            greatest(mail_paces.next_at, clock_timestamp()) + (SELECT every FROM given WHERE name = excluded.name)
        RETURNING name, next_at
    )
    SELECT max(extract(epoch FROM next_at - every - clock_timestamp()))::float8 FROM taken JOIN given USING (name)
    """).bindparams(
        bindparam("mail_id", type_=BigInteger),
        bindparam("names", type_=ARRAY(ID)),
        bindparam("every_s", type_=ARRAY(Float)),
        bindparam("now", type_=MOMENT),
    )
)
"""Takes the next turn of each pace for a mail whose reader still wants it; null for a mail that nobody wants."""
