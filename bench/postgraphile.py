"""Documents of the shapes for PostGraphile's generated schema, aliased so that answers have the same names."""

from typing import Any

from bench.shapes import Request

_USER = "id: rowId handle displayName"
_NODE = "id: rowId title kind weight optional"
_WIDE = f"""currentVersion: roadmapVersionByCurrentVersionId {{
    nodes: roadmapNodesByVersionIdList(orderBy: POSITION_ASC) {{ {_NODE} lineageId description minutes }}
  }}"""

DOCUMENTS = {
    "Q0": "query Q0 { __typename }",
    "Q1": f"""query Q1($id: String!) {{
  user: userByRowId(rowId: $id) {{ {_USER} avatarUrl bio joinedAt level xpTotal }}
}}""",
    "Q2": f"""query Q2 {{
  leaderboard: leaderboardByBoard(board: "GLOBAL:ALL_TIME") {{
    total: learners
    entries: boardEntriesByBoardList(first: 50, orderBy: [XP_DESC, REACHED_AT_ASC, USER_ID_ASC]) {{
      rank xp user: userByUserId {{ {_USER} level }}
    }}
  }}
}}""",
    "Q3": f"""query Q3($viewer: String!) {{
  viewer: userByRowId(rowId: $viewer) {{ goals: goalsByOwnerId(first: 20, orderBy: ROW_ID_DESC) {{ nodes {{
    id: rowId title state
    owner: userByOwnerId {{ {_USER} }}
    roadmap: roadmapByRoadmapId {{ id: rowId title currentVersion: roadmapVersionByCurrentVersionId {{
      nodes: roadmapNodesByVersionIdList(orderBy: POSITION_ASC) {{ {_NODE} }}
    }} }}
  }} }} }}
}}""",
    "Q4": f"""query Q4($one: String!, $other: String!) {{
  one: roadmapByRowId(rowId: $one) {{ {_WIDE} }}
  other: roadmapByRowId(rowId: $other) {{ {_WIDE} }}
}}""",
    "Q5": """query Q5($viewer: String!) {
  viewer: userByRowId(rowId: $viewer) {
    days: performanceList(days: 90) { date quizzesTaken averageScore totalQuestions correctAnswers }
  }
}""",
    "M1": """mutation M1($attemptId: String!, $viewer: String!) {
  submitQuizAttempt: submitAttempt(input: {attemptId: $attemptId, learnerId: $viewer}) {
    attempt: result { id: rowId state score passed }
  }
}""",
}
_WITH_CALLER = {"Q3", "Q5", "M1"}


def variables(shape: str, request: Request) -> dict[str, Any]:
    """Return the variables of a request, the caller's id among them where it matters."""
    variables_ = {name: value for name, value in request.variables.items() if name != "key"}
    return variables_ | ({"viewer": request.user_id} if shape in _WITH_CALLER else {})


def reshaped(shape: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return the data nested as in the gateway's schema."""
    if shape == "Q5":
        return {"viewer": {"analytics": {"performance": data["viewer"]}}}
    if shape == "M1":
        return {"submitQuizAttempt": data["submitQuizAttempt"] | {"userErrors": []}}
    return data
