"""Access descriptions: who may read or run a field, as a sentence for people."""

from graphql import GraphQLSchema

from graph.access_rules import rules_of
from graph.directives import Auth, Owner, Public, RequiresScopes, Reveal, Rule


def access_descriptions(schema: GraphQLSchema) -> dict[str, str]:
    """Return a sentence for each coordinate (`Type.field`) of the schema, made from the rules that are enforced."""
    return {
        coordinate: " ".join(dict.fromkeys(filter(None, map(_sentence, rules))))
        for coordinate, rules in rules_of(schema).items()
    }


def _sentence(rule: Rule) -> str:
    match rule:
        case Public():
            return "everyone."
        case Auth():
            return f"signed-in users with the role {rule.requires.value}."
        case Owner():
            return "the owner alone; null for others."
        case Reveal():
            return "once the caller's attempt is closed; null before."
        case RequiresScopes():
            ways = " or ".join(" and ".join(scope.value for scope in way) for way in rule.scopes)
            return f"An API key needs {ways}."
        case _:
            return ""
