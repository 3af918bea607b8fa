"""Syntax trees: parses, walks and prints documents, and leaves nothing behind for the garbage collector.

The locations of graphql-core hold tokens, and each token holds its neighbours. That is most of what a parsed document
takes, and it is a cycle, which only the garbage collector could free. Its visitors keep their own bound methods, its
printer its own buffers: cycles too.
"""

from functools import lru_cache
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    Lexer,
    ListValueNode,
    Node,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    Source,
    StringValueNode,
    Token,
    ValueNode,
    VariableNode,
    Visitor,
    visit,
)
from graphql.language.parser import Parser, nested_too_deeply_error


class Place(msgspec.Struct, gc=False, eq=False):
    """A location without tokens, which the garbage collector need not look at."""

    start: int
    end: int
    source: Source

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Place) and (self.start, self.end) == (other.start, other.end)

    def __hash__(self) -> int:
        return hash((self.start, self.end))


class FieldPlace(msgspec.Struct, gc=False):
    """All that is left of a field's syntax in a plan: where it stands, for errors."""

    loc: Place | None


class _Parser(Parser):
    def loc(self, start_token: Token) -> Any:
        """Return the location of what begins with a token and ends with the last one read."""
        return Place(start_token.start, self._lexer.last_token.end, self._lexer.source)


def syntax_tree(text: str, *, most_tokens: int | None = None) -> DocumentNode:
    """Parse a document; raises GraphQLSyntaxError, also for one with more tokens or nested too deeply."""
    source = Source(text)
    lexer = Lexer(source)
    first = lexer.token
    parser = _Parser(source, lexer=lexer, max_tokens=most_tokens)
    try:
        return parser.parse_document()
    except RecursionError:
        pass
    finally:
        _unlink(first)
    raise nested_too_deeply_error(parser)


def _unlink(first: Token) -> None:
    """Break the links between tokens, so that they are freed at once."""
    token: Token | None = first
    while token is not None:
        following = token.next
        token.prev = token.next = None
        token = following


class Syntax:
    """The syntax tree of a document and of its operation that is run.

    It can be dropped, as it takes much memory and is seldom needed again; then it is parsed anew each time, but for the
    last few documents.
    """

    __slots__ = ("_at", "_text", "_tree", "tokens")

    def __init__(self, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._tree: DocumentNode | None = document
        self._text = document.loc.source.body if document.loc else None
        self._at = next(at for at, each in enumerate(document.definitions) if each is operation)
        self.tokens: int = getattr(document, "token_count", 0)

    @property
    def document(self) -> DocumentNode:
        """The whole document."""
        if self._tree is None:
            assert self._text is not None  # noqa: S101 - else it would not have been dropped
            return _parsed_anew(self._text)
        return self._tree

    @property
    def operation(self) -> OperationDefinitionNode:
        """The operation that is run."""
        operation = self.document.definitions[self._at]
        assert isinstance(operation, OperationDefinitionNode)  # noqa: S101 - its index was noted
        return operation

    @property
    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        """The fragments of the document, by their names."""
        return {d.name.value: d for d in self.document.definitions if isinstance(d, FragmentDefinitionNode)}

    @property
    def is_held(self) -> bool:
        """Whether it was not dropped."""
        return self._tree is not None

    def drop(self) -> None:
        """Let go of the tree, if it can be parsed anew."""
        if self._text is not None:
            self._tree = None


@lru_cache(maxsize=8)
def _parsed_anew(text: str) -> DocumentNode:
    return syntax_tree(text)


def without_selections(node: FieldNode) -> FieldNode:
    """Return a field with its name, its arguments and its place, but not what is selected below it."""
    if node.selection_set is None and not node.directives:
        return node
    return FieldNode(name=node.name, arguments=node.arguments, loc=node.loc)


def values_in(node: FieldNode) -> int:
    """Count the values in the arguments of a field."""
    return sum(_values_in(argument.value) for argument in node.arguments or ())


def _values_in(value: ValueNode) -> int:
    if isinstance(value, ListValueNode):
        return 1 + sum(map(_values_in, value.values))
    if isinstance(value, ObjectValueNode):
        return 1 + sum(1 + _values_in(field.value) for field in value.fields)
    return 1


def walk(node: Node, visitor: Visitor) -> Any:
    """Visit a syntax tree, and return what the visit results in."""
    try:
        return visit(node, visitor)
    finally:
        visitor.enter_leave_map.clear()


def printed(value: ValueNode) -> str:
    """Write a literal as text; equal literals give equal texts, whatever white space is in them."""
    if isinstance(value, VariableNode):
        return f"${value.name.value}"
    if isinstance(value, StringValueNode):
        return f"block {value.value!r}" if value.block else repr(value.value)
    if isinstance(value, ListValueNode):
        return f"[{', '.join(map(printed, value.values))}]"
    if isinstance(value, ObjectValueNode):
        fields = [f"{field.name.value}: {printed(field.value)}" for field in value.fields]
        return f"{{{', '.join(fields)}}}"
    return "null" if isinstance(value, NullValueNode) else str(getattr(value, "value", ""))
