// What the first two tabs hold; the browser suite runs both against the real schema.
const query = `# Run: the pink button, or Ctrl+Enter.
# Complete a name: Ctrl+Space.
# What there is: the book at the left.
# Data of your own: sign in above first.
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

export const examples = [{ query }, { query: subscription }];
