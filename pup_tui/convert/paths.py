"""Under which conditions each node of a graph is reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from pup_tui.convert.errors import Inexpressible
from pup_tui.convert.graph import Graph, GraphNode

TakenWay: TypeAlias = tuple[str, int]
"""The name of a node that decides, and which of its ways; the last one is where no choice holds."""
Path: TypeAlias = frozenset[TakenWay]

_MOST_PATHS = 64


def ways(node: GraphNode) -> list[str | None]:
    """Where the node leads, by the number of the way."""
    if not node.decides:
        return [node.after]
    return [*(choice.target for choice in node.choices), node.after]


def paths(graph: Graph, order: Iterable[str], starts: Iterable[str]) -> dict[str, set[Path]]:
    """The decisions that lead to each node, for nodes in an order in which they can run."""
    found: dict[str, set[Path]] = {name: {frozenset()} for name in starts}
    for name in order:
        here = found.get(name)
        if not here:
            continue
        here = found[name] = _joined(graph, here)
        node = graph.nodes[name]
        for number, target in enumerate(ways(node)):
            if target is None:
                continue
            more = {p | {(name, number)} for p in here} if node.decides else here
            found.setdefault(target, set()).update(more)
            if len(found[target]) > _MOST_PATHS:
                raise Inexpressible("too many ways lead here")
    return found


def _joined(graph: Graph, given: set[Path]) -> set[Path]:
    """Fewer paths that say the same: where all ways of a decision lead here, it decides nothing."""
    found = set(given)
    changed = True
    while changed:
        changed = False
        for path in list(found):
            for decision in path:
                rest = path - {decision}
                every = {
                    rest | {(decision[0], n)} for n in range(len(ways(graph.nodes[decision[0]])))
                }
                if every <= found:
                    found -= every
                    found.add(rest)
                    changed = True
                    break
            if changed:
                break
    return {p for p in found if not any(other < p for other in found)}


def condition_of(graph: Graph, found: set[Path], names: Mapping[str, int]) -> str:
    """The expression that holds exactly on these paths; empty where they are all there are."""
    if frozenset() in found or not found:
        return ""
    alternatives = [_all_of(graph, path, names) for path in sorted(found, key=_key(names))]
    alternatives = list(dict.fromkeys(alternatives))
    if len(alternatives) == 1:
        return alternatives[0]
    return " or ".join(within(each, " and ") for each in alternatives)


def _key(names: Mapping[str, int]):  # type: ignore[no-untyped-def]
    return lambda path: sorted((names[name], number) for name, number in path)


def _all_of(graph: Graph, path: Path, names: Mapping[str, int]) -> str:
    held = {
        (name, number): graph.nodes[name].choices[number].condition
        for name, number in path
        if number < len(graph.nodes[name].choices)
    }
    terms: list[str] = []
    for name, number in sorted(path, key=lambda d: (names[d[0]], d[1])):
        choices = graph.nodes[name].choices
        before = choices[:number]
        if number < len(choices):
            terms.append(within(choices[number].condition.expression, " or "))
        terms += [
            negated(choice.condition.expression)
            for choice in before
            if not any(h.excludes(choice.condition) for h in held.values())
        ]
    return " and ".join(dict.fromkeys(terms))


def within(expression: str, weaker: str) -> str:
    """An expression as a part of another one: in brackets where it is joined by what binds no closer."""
    return f"({expression})" if has_between(expression, weaker) else expression


def has_between(expression: str, word: str) -> bool:
    """Whether a word stands in an expression outside of brackets and texts."""
    depth, quote, at = 0, "", 0
    while at < len(expression):
        character = expression[at]
        if quote:
            at += character == "\\"
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif depth == 0 and expression.startswith(word, at):
            return True
        at += 1
    return False


def negated(expression: str) -> str:
    """The opposite of an expression."""
    is_joined = has_between(expression, " and ") or has_between(expression, " or ")
    if expression.startswith("not ") and not is_joined:
        return expression.removeprefix("not ")
    plain = expression.replace("_", "").isalnum()
    return f"not {expression}" if plain else f"not ({expression})"


def all_of(conditions: Iterable[str]) -> str:
    """The expression that holds where all of these do."""
    terms = [each for each in dict.fromkeys(conditions) if each]
    return " and ".join(within(each, " or ") if len(terms) > 1 else each for each in terms)
