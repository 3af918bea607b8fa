"""Share links through the schema in tests."""

ERRORS = "userErrors { __typename ... on UserError { code field message } }"
CREATE_LINK = f"""mutation ($id: ID!) {{ createShareLink(input: {{roadmapId: $id}}) {{
  secret roadmap {{ id }} {ERRORS} }} }}"""
REVOKE_LINK = f"""mutation ($id: ID!) {{ revokeShareLink(input: {{roadmapId: $id}}) {{
  roadmap {{ id }} {ERRORS} }} }}"""
OPEN_LINK = f"""mutation ($secret: String!) {{ openShareLink(input: {{secret: $secret}}) {{
  roadmap {{ id }} {ERRORS} }} }}"""
