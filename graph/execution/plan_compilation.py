"""Plan compilation: the seam at which the gateway charges for the compilation of a plan, and delays it."""

from collections.abc import Awaitable, Callable

from graph.documents.prepared import PreparedOperation
from graph.engine.plans import Plan
from resolvers.context import Context

FindPlan = Callable[[], Plan | None]
Compile = Callable[[PreparedOperation, Context, FindPlan, FindPlan], Awaitable[Plan | None]]
"""Compiles a plan for a caller: the third argument finds the plan, if it is known by then, and the last compiles it.

It may raise RefusedDocumentError.
"""


async def at_once(
    _prepared: PreparedOperation, _context: Context, _find_known: FindPlan, compile_: FindPlan
) -> Plan | None:
    """Compile without a charge and without delay."""
    return compile_()
