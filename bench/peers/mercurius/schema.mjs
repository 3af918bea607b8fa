// The part of the gateway's schema that the shapes select.
export const schema = `
  enum Period { D7 D30 D90 }
  input By { id: ID! }
  input SubmitQuizAttemptInput { attemptId: ID! idempotencyKey: String! }
  type User {
    id: ID! handle: String! displayName: String! avatarUrl: String bio: String! joinedAt: String!
    level: Int! xpTotal: Float!
  }
  type LeaderboardEntry { rank: Float! xp: Float! user: User }
  type Leaderboard { total: Float! entries(first: Int! = 10): [LeaderboardEntry!] }
  type RoadmapNode {
    id: ID! lineageId: ID! title: String! description: String! kind: String! weight: Int!
    optional: Boolean! minutes: Int
  }
  type RoadmapVersion { id: ID! nodes: [RoadmapNode!] }
  type Roadmap { id: ID! title: String! currentVersion: RoadmapVersion }
  type Goal { id: ID! title: String! state: String! owner: User roadmap: Roadmap }
  type GoalConnection { nodes: [Goal!]! }
  type PerformanceDay {
    date: String! quizzesTaken: Int! averageScore: Float totalQuestions: Int! correctAnswers: Int!
  }
  type Performance { days: [PerformanceDay!]! }
  type Analytics { performance(period: Period!): Performance }
  type Viewer { goals(first: Int! = 20): GoalConnection analytics: Analytics }
  type QuizAttempt { id: ID! state: String! score: Float passed: Boolean }
  type Refusal { code: String! }
  type SubmitQuizAttemptPayload { attempt: QuizAttempt userErrors: [Refusal!]! }
  type Query { user(by: By!): User roadmap(by: By!): Roadmap leaderboard: Leaderboard viewer: Viewer }
  type Mutation { submitQuizAttempt(input: SubmitQuizAttemptInput!): SubmitQuizAttemptPayload! }
`
