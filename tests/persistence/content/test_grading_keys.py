"""The cache of grading keys: each is read once by a process."""

from decimal import Decimal

from domain.content.answer_keys import AnswerKey
from domain.content.grading_keys import GradingKey
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Question
from domain.ids import QuestionId
from domain.unit_of_work import Meter
from persistence.content.grading_keys import GradingKeys
from persistence.database import SqlConnection
from persistence.stores import SqlWork
from tests.builders import a_user
from tests.builders.attempts import a_question, store_quiz


def metered(work: SqlWork, meter: Meter) -> SqlConnection:
    """The connection of the work, which counts its statements on the meter."""
    connection = SqlConnection(work.connection.lender, meter)
    connection.raw, connection.is_in_transaction = work.connection.raw, True
    return connection


async def stored(work: SqlWork, *kinds: QuestionKind) -> list[tuple[Question, AnswerKey]]:
    """Store questions of a quiz; return them with their keys."""
    author = await work.users.add(a_user())
    questions = [a_question(kind) for kind in kinds]
    await store_quiz(work, author.id, questions)
    ids: list[QuestionId] = [question.id for question, _ in questions]
    found = await work.questions.by_ids(ids)
    return [(kept, key) for kept, (_, key) in zip(found, questions, strict=True) if kept]


def grading_key(question: Question, key: AnswerKey) -> GradingKey:
    return GradingKey(
        id=question.id,
        domain_id=question.domain_id,
        kind=question.kind,
        difficulty=question.difficulty,
        all_or_nothing=question.all_or_nothing,
        correct_options=key.correct_options,
        truth=key.truth,
        texts=key.texts,
        numbers=key.numbers,
        parts=key.parts,
    )


async def test_a_grading_key_has_what_the_question_and_its_answer_key_say(work: SqlWork) -> None:
    questions = await stored(work, *QuestionKind)

    found = await GradingKeys().read(work.connection, [question.id for question, _ in questions])

    assert found == {question.id: grading_key(question, key) for question, key in questions}
    assert any(isinstance(n.low, Decimal) for key in found.values() for n in key.numbers)


async def test_a_question_is_read_once(work: SqlWork) -> None:
    ids = [question.id for question, _ in await stored(work, *[QuestionKind.TRUE_FALSE] * 3)]
    meter, keys = Meter(), GradingKeys()
    connection = metered(work, meter)

    first = await keys.read(connection, ids[:2])
    after = await keys.read(connection, ids)
    again = await keys.read(connection, ids)

    assert meter.statements == 2
    assert (set(first), set(after), again) == (set(ids[:2]), set(ids), after)


async def test_a_question_without_an_answer_key_has_no_grading_key_and_is_read_again(work: SqlWork) -> None:
    ((question, _),) = await stored(work, QuestionKind.TRUE_FALSE)
    await work.connection.raw.execute("DELETE FROM question_keys WHERE question_id = $1", question.id)
    meter, keys = Meter(), GradingKeys()

    found = [await keys.read(metered(work, meter), [question.id]) for _ in range(2)]

    assert (found, meter.statements) == ([{}, {}], 2)


async def test_more_keys_than_fit_into_the_cache_are_found(work: SqlWork) -> None:
    ids = [question.id for question, _ in await stored(work, *[QuestionKind.TRUE_FALSE] * 4)]
    meter, keys = Meter(), GradingKeys(largest=2)
    connection = metered(work, meter)

    found = await keys.read(connection, ids)
    await keys.read(connection, list(found)[-2:])

    assert (set(found), meter.statements) == (set(ids), 1)
    assert len(keys) == 2
