// What relay-compiler compiles, in the shape that a Relay app has it; `npm run relay` writes __generated__.
import { graphql } from "relay-runtime";

export const query = graphql`
  query boardsQuery($first: Int!) {
    leaderboard {
      version
      ...boards_ranking @arguments(first: $first)
    }
    viewer {
      user {
        id
        handle
      }
    }
  }
`;

export const ranking = graphql`
  fragment boards_ranking on Leaderboard @argumentDefinitions(first: { type: "Int!" }, after: { type: "Cursor" }) {
    ranking(first: $first, after: $after) @connection(key: "boards_ranking") {
      edges {
        node {
          rank
          xp
          user {
            id
            handle
          }
        }
      }
    }
  }
`;

export const login = graphql`
  mutation boardsLoginMutation($input: LoginInput!) {
    login(input: $input) {
      accessToken
      userErrors {
        __typename
        ... on UserError {
          code
        }
      }
    }
  }
`;

export const changed = graphql`
  subscription boardsSubscription($first: Int!) {
    leaderboardChanged(first: $first) {
      __typename
      ... on LeaderboardSnapshot {
        version
      }
      ... on LeaderboardDelta {
        version
        since
        moved {
          xp
        }
        entered {
          xp
        }
        left
      }
    }
  }
`;
