// What the first tabs hold; the browser suite runs each against the real schema.
const query = `# Run: the pink button, or Ctrl+Enter.
# Complete a name: Ctrl+Space.
# The schema: the book at the left.
# Data of your own: choose a demo account above.
query Leaderboard {
  leaderboard {
    total
    entries {
      rank
      xp
      user {
        displayName
        level
      }
    }
    viewerEntry {
      rank
      xp
    }
  }
}
`;

const quiz = `# Take a quiz. Sign in first, then run the five operations one after another:
# put the cursor into one and press Ctrl+Enter, or choose it at the button.
# Variables (below) read ids from earlier answers: {{quiz.id}}.
query FindQuiz {
  quiz(by: { slug: "web-http-urls-and-messages" }) {
    id
    title
    questionCount
  }
}

mutation Start($start: StartQuizAttemptInput!) {
  startQuizAttempt(input: $start) {
    attempt {
      id
      deadline
      slots {
        number
        question {
          __typename
          prompt
        }
      }
    }
    userErrors {
      ... on UserError {
        message
      }
    }
  }
}

# Answers the first slot that is true or false; other kinds take options, text or number.
mutation Answer($answer: AnswerQuestionInput!) {
  answerQuestion(input: $answer) {
    slot {
      number
      answeredAt
    }
    userErrors {
      ... on UserError {
        message
      }
    }
  }
}

mutation Submit($submit: SubmitQuizAttemptInput!) {
  submitQuizAttempt(input: $submit) {
    attempt {
      score
      passed
      xpAwarded
    }
    nodeChanges {
      unlocked {
        title
      }
    }
    viewer {
      levelProgress {
        level
        xpTotal
      }
      streak {
        current
      }
    }
    userErrors {
      ... on UserError {
        message
      }
    }
  }
}

query Review($id: ID!) {
  attempt(id: $id) {
    state
    slots {
      number
      credit
      question {
        prompt
      }
    }
  }
}
`;

const quizVariables = {
  start: { quizId: "{{quiz.id}}", idempotencyKey: "{{new}}" },
  answer: {
    attemptId: "{{startQuizAttempt.attempt.id}}",
    slot: "{{startQuizAttempt.attempt.slots.TrueFalse.number}}",
    answer: { truth: true },
    clientSeq: 1,
  },
  submit: { attemptId: "{{startQuizAttempt.attempt.id}}", idempotencyKey: "{{new}}" },
  id: "{{startQuizAttempt.attempt.id}}",
};

const goal = `# Set a goal. Sign in first.
mutation CreateGoal($input: CreateGoalInput!) {
  createGoal(input: $input) {
    goal {
      id
      title
      state
      deadline
    }
    userErrors {
      ... on UserError {
        code
        message
        field
      }
    }
  }
}
`;

const goalVariables = {
  input: { title: "Finish a quiz every day this week", idempotencyKey: "{{new}}" },
};

const subscription = `# Run: opens a websocket; run again to stop.
# First the board as it is, then what changes.
subscription LiveBoard {
  leaderboardChanged(first: 5) {
    ... on LeaderboardSnapshot {
      version
      entries {
        ...Place
      }
    }
    ... on LeaderboardDelta {
      since
      version
      entered {
        ...Place
      }
      moved {
        ...Place
      }
      left
    }
  }
}

fragment Place on LeaderboardEntry {
  rank
  xp
  delta
  user {
    displayName
  }
}
`;

const text = (variables) => JSON.stringify(variables, null, 2);

export const examples = [
  { query },
  { query: subscription },
  { query: quiz, variables: text(quizVariables) },
  { query: goal, variables: text(goalVariables) },
];
