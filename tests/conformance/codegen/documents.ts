import { graphql } from "./__generated__";
import type { BoardQuery, ChangedSubscription, LoginMutation } from "./__generated__/graphql";

export const board = graphql(`
  query Board($first: Int!) {
    leaderboard {
      version
      entries(first: $first) {
        rank
        xp
        user {
          ...Who
        }
      }
    }
  }
`);

export const who = graphql(`
  fragment Who on User {
    id
    handle
  }
`);

export const login = graphql(`
  mutation Login($input: LoginInput!) {
    login(input: $input) {
      accessToken
      userErrors {
        __typename
        ... on UserError {
          code
          message
        }
      }
    }
  }
`);

export const changed = graphql(`
  subscription Changed {
    leaderboardChanged(first: 5) {
      __typename
      ... on LeaderboardSnapshot {
        version
      }
      ... on LeaderboardDelta {
        since
        left
      }
    }
  }
`);

/** What the compiler has to know: ranks are numbers, a refusal is told apart by its type, a message by its kind. */
export function told(found: BoardQuery, signedIn: LoginMutation, message: ChangedSubscription): string[] {
  const ranks = (found.leaderboard?.entries ?? []).map((entry) => entry.rank.toFixed(0));
  const refused = (signedIn.login?.userErrors ?? []).map((error) => error.__typename);
  const update = message.leaderboardChanged;
  const gone = update?.__typename === "LeaderboardDelta" ? update.left : [];
  return [...ranks, ...refused, ...gone];
}
