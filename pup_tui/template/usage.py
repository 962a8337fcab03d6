"""Which names an expression or a text uses, found in its syntax alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jinja2 import nodes

from pup_tui.template.errors import TemplateError

StepField = tuple[str, str]
Key = str | StepField
"""A root name, or of ``steps.ID.field`` the pair of id and field."""

_NONE: frozenset[Key] = frozenset()


@dataclass(frozen=True, slots=True)
class Usage:
    """The names that something uses: what it needs, and what may be missing."""

    needed: frozenset[Key] = _NONE
    optional: frozenset[Key] = _NONE

    @property
    def names(self) -> frozenset[str]:
        """Root names without which it cannot be evaluated."""
        return frozenset(_root(key) for key in self.needed)

    @property
    def optional_names(self) -> frozenset[str]:
        """Root names that are used only under ``default`` or ``is defined``."""
        return frozenset(_root(key) for key in self.optional) - self.names

    @property
    def step_fields(self) -> frozenset[StepField]:
        """The (step id, field) of every ``steps.ID.field``."""
        return frozenset(key for key in self.needed | self.optional if not isinstance(key, str))

    @property
    def optional_step_fields(self) -> frozenset[StepField]:
        """Those step fields that are used only under ``default`` or ``is defined``."""
        return frozenset(key for key in self.optional - self.needed if not isinstance(key, str))

    def without(self, names: frozenset[str]) -> Usage:
        """Leave out names that are bound around it (a loop's targets)."""
        return Usage(
            frozenset(key for key in self.needed if _root(key) not in names),
            frozenset(key for key in self.optional if _root(key) not in names),
        )

    def guarded(self, keys: frozenset[Key]) -> Usage:
        """Take as optional what a condition around it has found to be defined."""
        found = self.needed & keys
        return Usage(self.needed - found, self.optional | found) if found else self


NO_USAGE = Usage()


class UsesNames:
    """What can say which names it uses: a text, a script, an argument list, an expression, a condition."""

    @property
    def usage(self) -> Usage:
        """The names that it uses."""
        raise NotImplementedError

    @property
    def names(self) -> frozenset[str]:
        """Root names it needs."""
        return self.usage.names

    @property
    def optional_names(self) -> frozenset[str]:
        """Root names it uses only under ``default`` or ``is defined``."""
        return self.usage.optional_names

    @property
    def step_fields(self) -> frozenset[StepField]:
        """The (step id, field) of every ``steps.ID.field`` in it."""
        return self.usage.step_fields

    @property
    def optional_step_fields(self) -> frozenset[StepField]:
        """Those of its step fields that are used only under ``default`` or ``is defined``."""
        return self.usage.optional_step_fields


def merge(usages: Iterable[Usage]) -> Usage:
    """Combine: what one of them needs is needed."""
    usages = list(usages)
    if len(usages) == 1:
        return usages[0]
    needed = _NONE.union(*(usage.needed for usage in usages))
    return Usage(needed, _NONE.union(*(usage.optional for usage in usages)) - needed)


def _root(key: Key) -> str:
    return key if isinstance(key, str) else "steps"


def usage_of(tree: nodes.Node) -> Usage:
    """Collect the names that a checked expression uses."""
    path = path_of(tree)
    if path is not None:
        inner = merge(usage_of(node) for node in _subscripts(tree))
        return merge([Usage(frozenset([_key(path)])), inner])
    if isinstance(tree, nodes.Filter) and tree.name in ("default", "d"):
        return merge([_as_optional(tree.node), _all(tree.args), _all(tree.kwargs)])
    if isinstance(tree, nodes.Test) and tree.name in ("defined", "undefined"):
        return _as_optional(tree.node)
    if isinstance(tree, nodes.And):
        return merge([usage_of(tree.left), usage_of(tree.right).guarded(when_true(tree.left))])
    if isinstance(tree, nodes.Or):
        return merge([usage_of(tree.left), usage_of(tree.right).guarded(when_false(tree.left))])
    if isinstance(tree, nodes.CondExpr):
        branches = [usage_of(tree.test), usage_of(tree.expr1).guarded(when_true(tree.test))]
        if tree.expr2 is not None:
            branches.append(usage_of(tree.expr2).guarded(when_false(tree.test)))
        return merge(branches)
    return _all(tree.iter_child_nodes())


def _all(trees: Iterable[nodes.Node]) -> Usage:
    return merge(usage_of(tree) for tree in trees)


def _as_optional(tree: nodes.Node | None) -> Usage:
    if tree is None:
        return NO_USAGE
    usage = usage_of(tree)
    path = path_of(tree)
    return usage if path is None else usage.guarded(frozenset([_key(path)]))


def when_true(test: nodes.Node) -> frozenset[Key]:
    """What is surely defined where a condition holds."""
    if isinstance(test, nodes.And):
        return when_true(test.left) | when_true(test.right)
    if isinstance(test, nodes.Not):
        return when_false(test.node)
    return _tested_key(test, "defined")


def when_false(test: nodes.Node) -> frozenset[Key]:
    """What is surely defined where a condition does not hold."""
    if isinstance(test, nodes.Or):
        return when_false(test.left) | when_false(test.right)
    if isinstance(test, nodes.Not):
        return when_true(test.node)
    return _tested_key(test, "undefined")


def _tested_key(test: nodes.Node, name: str) -> frozenset[Key]:
    if isinstance(test, nodes.Test) and test.name == name:
        path = path_of(test.node)
        if path is not None:
            return frozenset([_key(path)])
    return _NONE


def path_of(tree: nodes.Node) -> list[str | int | None] | None:
    """Give the path that a chain like ``a.b[0]["c"]`` follows; ``None`` in it is not literal.

    Gives ``None`` for anything that is not a chain of accesses to a name.
    """
    path: list[str | int | None] = []
    while not isinstance(tree, nodes.Name):
        if isinstance(tree, nodes.Getattr):
            path.append(tree.attr)
        elif isinstance(tree, nodes.Getitem):
            index = tree.arg
            literal = isinstance(index, nodes.Const) and isinstance(index.value, str | int)
            path.append(index.value if isinstance(index, nodes.Const) and literal else None)
        else:
            return None
        tree = tree.node
    path.append(tree.name)
    return path[::-1]


def _subscripts(tree: nodes.Node) -> list[nodes.Node]:
    """The computed subscripts of a chain."""
    found: list[nodes.Node] = []
    while isinstance(tree, nodes.Getattr | nodes.Getitem):
        if isinstance(tree, nodes.Getitem) and not isinstance(tree.arg, nodes.Const):
            found.append(tree.arg)
        tree = tree.node
    return found


def _key(path: list[str | int | None]) -> Key:
    return key_of([str(path[0]), *path[1:]])


def key_of(path: list[str | int | None]) -> Key:
    """Give the key of a path; a use of ``steps`` must say which step and which field."""
    if path[0] != "steps":
        return str(path[0])
    step = path[1] if len(path) > 1 else None
    fields = [part for part in path[2:] if not isinstance(part, int)]
    if not isinstance(step, str) or not fields or not isinstance(fields[0], str):
        raise TemplateError(
            "`steps` needs a step's id and a field, both written out",
            hint="write `steps.ID.output`, with the id of an earlier step",
        )
    return step, fields[0]


def dotted(path: list[str | int | None]) -> str:
    """Write a path as an author would."""
    text = str(path[0])
    for part in path[1:]:
        text += f".{part}" if isinstance(part, str) else f"[{'…' if part is None else part}]"
    return text
