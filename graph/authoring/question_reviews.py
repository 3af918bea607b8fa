"""The mutation that marks a generated question as reviewed."""

import strawberry

from domain.authoring.questions.question_reviews import NotGeneratedError
from domain.ids import QuestionId
from graph.content.questions import Question
from graph.directives import reads_imports
from graph.errors import declare_error
from graph.fields import given
from graph.mutations import mutated_by
from resolvers.authoring import question_reviews

declare_error(NotGeneratedError, "A human wrote the question, so that there is nothing to review.")


@strawberry.input(description="The generated question that was reviewed.")
class MarkQuestionReviewedInput:
    """A question."""

    question_id: QuestionId = given("The question, in any of its versions.", required=True)


@strawberry.type
class QuestionReviewMutations:
    """The mutation of reviews."""

    mark_question_reviewed = mutated_by(
        question_reviews.mark_question_reviewed,
        input=MarkQuestionReviewedInput,
        gives={"question": (Question, "The question in its newest version.")},
        refuses=(NotGeneratedError,),
        rule=reads_imports(),
        description="Says that the caller has reviewed a generated question of their own, or as a moderator any. "
        "Attempts that start afterwards earn XP. `updateQuestion` counts as a review too. Again it changes nothing.",
    )
