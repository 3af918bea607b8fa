"""All mutations of authoring."""

from graph.authoring.collaborations import CollaborationMutations
from graph.authoring.draft_mutations import AuthoringMutations
from graph.authoring.forks import ForkMutations
from graph.authoring.question_creation import QuestionCreationMutations
from graph.authoring.question_reviews import QuestionReviewMutations
from graph.authoring.quiz_mutations import QuizDraftMutations
from graph.authoring.share_links import ShareLinkMutations

AUTHORING_MUTATIONS = (
    AuthoringMutations,
    ForkMutations,
    CollaborationMutations,
    ShareLinkMutations,
    QuizDraftMutations,
    QuestionCreationMutations,
    QuestionReviewMutations,
)
