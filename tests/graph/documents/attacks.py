"""Attacks: documents that are small to send, and expensive for a server without limits."""

from typing import Any


def chained(count: int, body: str, last: str, on: str = "Query", name: str = "F") -> str:
    """Return `count` fragments, each of which spreads the next one where `body` says NEXT."""
    links = [
        f"fragment {name}{n} on {on} {{ {body.replace('NEXT', f'...{name}{n + 1}')} }}" for n in range(count)
    ]
    return " ".join([*links, f"fragment {name}{count} on {on} {{ {last} }}"])


def many(count: int, part: str, between: str = " ") -> str:
    return between.join(part.replace("#", str(n)) for n in range(count))


IN_TYPES = "{ __schema { types { ...F0 } } } "
QUIZZES = "quizzes(first: $c) { nodes { id } }"

REFUSED: dict[str, tuple[str, str]] = {
    "fragments that double": ("{ ...F0 } " + chained(60, "NEXT NEXT", "__typename"), "COST_LIMIT_EXCEEDED"),
    "fragments that double between fields": (
        "{ ...F0 } " + chained(60, "a: viewer { user { id } } NEXT b: viewer { user { id } } NEXT", "id"),
        "COST_LIMIT_EXCEEDED",
    ),
    "fragments that double below a field": (
        "{ viewer { user { ...F0 } } } " + chained(90, "a: xpTotal NEXT NEXT", "id", "User"),
        "COST_LIMIT_EXCEEDED",
    ),
    "unused fragments that double": (
        "{ __typename } " + chained(100, "NEXT NEXT a: __typename", "__typename"),
        "COST_LIMIT_EXCEEDED",
    ),
    "fragments that double inside inline fragments": (
        "{ ...F0 } " + chained(30, "... { NEXT } ... on Query { NEXT }", "__typename"),
        "COST_LIMIT_EXCEEDED",
    ),
    "a long chain of fragments": ("{ ...F0 } " + chained(360, "NEXT", "__typename"), "DEPTH_LIMIT_EXCEEDED"),
    "a fragment that spreads itself": (
        "{ ...F0 } fragment F0 on Query { ...F0 }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "a circle of fragments": (
        "{ ...F0 } "
        + many(40, "fragment F# on Query { viewer { __typename } ...G }")
        + " fragment G on Query { ...F0 }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "every fragment spreads every other": (
        "{ ...F0 } " + many(35, "fragment F# on Query { " + many(35, "...F@").replace("@", "#") + " }"),
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "ten thousand aliases": ("{ " + many(10_000, "a#: __typename") + " }", "COST_LIMIT_EXCEEDED"),
    "nine hundred aliases": ("{ viewer { " + many(900, "a#: __typename") + " } }", "COST_LIMIT_EXCEEDED"),
    "a flood of one directive": (
        "{ __typename " + many(400, "@skip(if: false)") + " }",
        "COST_LIMIT_EXCEEDED",
    ),
    "a flood of unknown directives": ("{ __typename " + many(1_400, "@a#") + " }", "COST_LIMIT_EXCEEDED"),
    "directives on the operation": ("query " + many(1_400, "@a") + " { __typename }", "COST_LIMIT_EXCEEDED"),
    "three thousand equal fields": ("{ " + many(2_990, "__typename") + " }", "COST_LIMIT_EXCEEDED"),
    "equal fields with selections": (
        "{ " + many(400, "__schema { types { name } }") + " }",
        "COST_LIMIT_EXCEEDED",
    ),
    "overlapping fields in fragments": (
        "{ __schema { types { "
        + many(150, "...F#")
        + " } } } "
        + many(150, "fragment F# on __Type { ofType { name } fields { type { ofType { name } } } }"),
        "COST_LIMIT_EXCEEDED",
    ),
    "overlapping fields that triple": (
        IN_TYPES + chained(13, "ofType { NEXT } ofType { NEXT } ofType { NEXT }", "name", "__Type"),
        "DEPTH_LIMIT_EXCEEDED",
    ),
    "a deep ofType": (
        "{ __schema { types " + "{ ofType " * 40 + "{ name }" + " }" * 40 + " } }",
        "DEPTH_LIMIT_EXCEEDED",
    ),
    "types of fields of types of fields": (
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "the schema many times over": (
        "{ __schema { types { " + many(30, "a#: fields { name type { name fields { name } } }") + " } } }",
        "COST_LIMIT_EXCEEDED",
    ),
    "introspection that doubles": (
        IN_TYPES + chained(12, "a: ofType { NEXT } b: ofType { NEXT }", "name", "__Type"),
        "COST_LIMIT_EXCEEDED",
    ),
    "many operations that spread one fragment": (
        many(45, "query A# ($c: Int) { ...G }")
        + " fragment G on Query { "
        + "quizzes(first: $c) { nodes { "
        + many(400, "id")
        + " } } }",
        "COST_LIMIT_EXCEEDED",
    ),
    "many operations over a chain": (
        many(240, "query A# { ...F0 }") + " " + chained(100, "NEXT", "__typename"),
        "COST_LIMIT_EXCEEDED",
    ),
    "many operations": (many(600, "query A# { __typename }"), "COST_LIMIT_EXCEEDED"),
    "seven hundred unused variables": (
        "query (" + many(700, "$v#: Int") + ") { __typename }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "an argument nine hundred times": (
        "{ users(" + many(900, "first: 1") + ") { nodes { id } } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "unknown arguments": (
        "{ users(" + many(900, "frst#: 1") + ") { nodes { id } } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "an input field nine hundred times": (
        "mutation { createApiKey(input: { " + many(900, 'name: "a"') + " }) { secret } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "unknown input fields": (
        "mutation { createApiKey(input: { " + many(900, "nam#: 1") + " }) { secret } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "names that are nearly right": (
        "{ viewer { " + many(1_400, "usr#") + " } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "types that are nearly right": (
        "{ " + many(20, "... on Usr# { id }") + " }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "enum values that are nearly right": (
        'mutation { createApiKey(input: { name: "a", scopes: ['
        + many(2_500, "READ_PROFIL")
        + "] }) { secret } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "objects in place of enum values": (
        'mutation { createApiKey(input: { name: "a", scopes: [' + many(500, "{a: 1}") + "] }) { secret } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "twenty pages of a hundred": (
        "{ " + many(20, "a#: users(first: 100) { nodes { id } edges { node { id } } }") + " }",
        "COST_LIMIT_EXCEEDED",
    ),
    "a list literal of thousands": (
        "{ nodes(ids: [" + many(2_900, '"a"') + "]) { id } nodes(ids: []) { id } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "deep list literals": ("{ nodes(ids: " + "[" * 900 + "]" * 900 + ") { id } }", "DEPTH_LIMIT_EXCEEDED"),
    "list literals that the parser takes": (
        "{ nodes(ids: " + "[" * 150 + "]" * 150 + ") { id } }",
        "DEPTH_LIMIT_EXCEEDED",
    ),
    "deep object literals": (
        "{ user(by: " + "{by: " * 180 + "1" + "}" * 180 + ") { id } }",
        "DEPTH_LIMIT_EXCEEDED",
    ),
    "deep selections": ("{ viewer " * 1_400 + "}" * 1_400, "DEPTH_LIMIT_EXCEEDED"),
    "selections that the parser takes": ("{ viewer " * 180 + "}" * 180, "DEPTH_LIMIT_EXCEEDED"),
    "deep inline fragments": ("{ " + "... { " * 180 + "__typename" + " }" * 181, "DEPTH_LIMIT_EXCEEDED"),
    "comments": ("{ __typename }" + "#\n" * 49_000, "COST_LIMIT_EXCEEDED"),
    "one long comment": ("#" * 250_000 + "\n{ __typename }", "COST_LIMIT_EXCEEDED"),
    "spaces": (" " * 250_000 + "{ __typename }", "COST_LIMIT_EXCEEDED"),
    "a long name": ("{ " + "a" * 99_000 + " }", "GRAPHQL_VALIDATION_FAILED"),
    "a long string": ('{ user(by: {handle: "' + "a" * 250_000 + '"}) { id } }', "COST_LIMIT_EXCEEDED"),
    "a string of escapes": (
        '{ user(by: {handle: "' + "\\u0061" * 16_000 + '", nothing: 1}) { id } }',
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "a block string of lines": (
        '{ user(by: {handle: """' + "\n a" * 33_000 + '""", nothing: 1}) { id } }',
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "a number of many digits": (
        "{ users(first: " + "9" * 99_000 + ") { nodes { id } } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "emoji": (
        '{ user(by: {handle: "' + "\U0001f600" * 99_000 + '", a: 1}) { id } }',
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "names in letters that look alike": ("{ vi\u0435wer { id } }", "GRAPHQL_PARSE_FAILED"),
    "marks that turn the text around": ("{ \u202e viewer { id } }", "GRAPHQL_PARSE_FAILED"),
    "control characters": ("\x01" * 99_000, "GRAPHQL_PARSE_FAILED"),
    "a string without an end": ('{ a(b: "' + "a" * 99_000, "GRAPHQL_PARSE_FAILED"),
    "three pages of a hundred, nested": (
        "{ roadmaps(first: 100) { nodes { versions(first: 100) { nodes { nodes { id } } } } } }",
        "COST_LIMIT_EXCEEDED",
    ),
    "incremental delivery": ("{ viewer { ... @defer { user { id } } } }", "GRAPHQL_VALIDATION_FAILED"),
    "streamed lists": ("{ examTypes @stream { id } }", "GRAPHQL_VALIDATION_FAILED"),
}
"""Each attack, and the code of its refusal."""


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


VARIABLES: dict[str, tuple[str, dict[str, Any], str]] = {
    "deep variables": (
        "query ($i: [ID!]!) { nodes(ids: $i) { id } }",
        {"i": deep(300)},
        "DEPTH_LIMIT_EXCEEDED",
    ),
    "a long list": (
        "query ($i: [ID!]!) { nodes(ids: $i) { id } }",
        {"i": ["a"] * 20_000},
        "COST_LIMIT_EXCEEDED",
    ),
    "many lists": (
        "query ($i: [ID!]!) { nodes(ids: $i) { id } }",
        {"i": [["a"] * 100] * 900},
        "COST_LIMIT_EXCEEDED",
    ),
    "a wide object": (
        "query ($b: UserBy!) { user(by: $b) { id } }",
        {"b": {f"handle{n}": 1 for n in range(9_000)}},
        "BAD_USER_INPUT",
    ),
    "many undeclared variables": (
        "query ($n: Int) { users(first: $n) { nodes { id } } }",
        {f"v{n}": n for n in range(12_000)},
        "COST_LIMIT_EXCEEDED",
    ),
    "enum values by the thousand": (
        "mutation ($i: CreateApiKeyInput!) { createApiKey(input: $i) { secret } }",
        {"i": {"name": "a", "scopes": ["READ_PROFIL"] * 1_000}},
        "BAD_USER_INPUT",
    ),
    "a long id": (
        "query ($i: ID!) { goal(id: $i) { id } }",
        {"i": "goal_" + "0" * 200_000},
        "BAD_USER_INPUT",
    ),
}
"""A harmless document, harmful variables, and the code of their refusal."""
