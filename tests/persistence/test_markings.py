"""What answers are graded by, read once by a process."""

from decimal import Decimal

from domain.attempt_sheets import Marking
from domain.ids import QuestionId
from domain.questions import AnswerKey, Question, QuestionKind
from domain.work import Meter
from persistence.engine import Connection
from persistence.markings import Markings
from persistence.work import SqlWork
from tests.builders import a_user
from tests.builders.attempts import a_question, store_quiz


async def stored(work: SqlWork, *kinds: QuestionKind) -> list[tuple[Question, AnswerKey]]:
    """Store questions of a quiz; return them with their keys."""
    author = await work.users.add(a_user())
    questions = [a_question(kind) for kind in kinds]
    await store_quiz(work, author.id, questions)
    ids: list[QuestionId] = [question.id for question, _ in questions]
    found = await work.questions.by_ids(ids)
    return [(kept, key) for kept, (_, key) in zip(found, questions, strict=True) if kept]


def marking(question: Question, key: AnswerKey) -> Marking:
    return Marking(
        id=question.id,
        domain_id=question.domain_id,
        kind=question.kind,
        difficulty=question.difficulty,
        all_or_nothing=question.all_or_nothing,
        correct_options=key.correct_options,
        truth=key.truth,
        texts=key.texts,
        numbers=key.numbers,
    )


async def test_a_marking_is_what_the_question_and_its_key_hold(work: SqlWork) -> None:
    questions = await stored(work, *QuestionKind)

    found = await Markings().read(work.connection, [question.id for question, _ in questions])

    assert found == {question.id: marking(question, key) for question, key in questions}
    assert any(isinstance(n.low, Decimal) for one in found.values() for n in one.numbers)


async def test_a_question_is_read_once(work: SqlWork) -> None:
    ids = [question.id for question, _ in await stored(work, *[QuestionKind.TRUE_FALSE] * 3)]
    meter, markings = Meter(), Markings()
    connection = Connection(work.connection.raw, meter)

    first = await markings.read(connection, ids[:2])
    after = await markings.read(connection, ids)
    again = await markings.read(connection, ids)

    assert meter.statements == 2
    assert (set(first), set(after), again) == (set(ids[:2]), set(ids), after)


async def test_a_question_without_a_key_has_no_marking_and_is_looked_for_again(work: SqlWork) -> None:
    ((question, _),) = await stored(work, QuestionKind.TRUE_FALSE)
    await work.connection.raw.execute("DELETE FROM question_keys WHERE question_id = $1", question.id)
    meter, markings = Meter(), Markings()

    found = [await markings.read(Connection(work.connection.raw, meter), [question.id]) for _ in range(2)]

    assert (found, meter.statements) == ([{}, {}], 2)


async def test_more_than_are_kept_are_found_all_the_same(work: SqlWork) -> None:
    ids = [question.id for question, _ in await stored(work, *[QuestionKind.TRUE_FALSE] * 4)]
    meter, markings = Meter(), Markings(largest=2)
    connection = Connection(work.connection.raw, meter)

    found = await markings.read(connection, ids)
    await markings.read(connection, list(found)[-2:])

    assert (set(found), meter.statements) == (set(ids), 1)
    assert len(markings) == 2
