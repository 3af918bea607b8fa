"""Versions of a question as text: a file imported again with a change stores another question under the same name.

Questions of one author, exam type and name are versions of one.
"""


def lineage(question: str) -> str:
    """Return what all versions of a row of `questions` have in common: ids of one length, and the name."""
    return f"{question}.author_id || {question}.exam_type_id || {question}.name"


def lineage_of(question_id: str) -> str:
    """Return the lineage of a question by its id."""
    return f"(SELECT {lineage('q')} FROM questions q WHERE q.id = {question_id})"  # noqa: S608 - names of columns


def versions_of(question_ids: str) -> str:
    """Return a SELECT of each question of an array of ids with each of its versions, as `asked` and `version`.

    A question of the array is never a version of another one there: one quiz asks two questions, whatever their names.
    The versions are looked up one question at a time, which a join does not promise.
    """
    return f"""SELECT q.id AS asked, v.id AS version FROM questions q CROSS JOIN LATERAL (
            SELECT v.id FROM questions v
            WHERE v.author_id = q.author_id AND v.exam_type_id = q.exam_type_id AND v.name = q.name OFFSET 0
        ) v WHERE q.id = ANY ({question_ids}) AND (v.id = q.id OR v.id <> ALL ({question_ids}))"""  # noqa: S608


def is_among(question_id: str, question_ids: str) -> str:
    """Return the condition that a question, or another version of it, is in an array of ids.

    The versions are read once, and not before there is a question to compare.
    """
    return f"{question_id} = ANY (ARRAY(SELECT version FROM ({versions_of(question_ids)}) versions))"  # noqa: S608
