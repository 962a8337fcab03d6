"""Where a secret may not stand, since others could read it there: argument lists, queries of URLs, locks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pup_tui.core.program import compile_items
from pup_tui.runbook.model import AnyStep, HttpStep, PupStep
from pup_tui.template.arguments import compile_arguments
from pup_tui.template.errors import TemplateError
from pup_tui.template.expression import compile_expression
from pup_tui.template.text import compile_text


def check_lock(source: str, secrets: Iterable[str]) -> None:
    """Raise TemplateError if a `lock` names a secret: its value is told to whoever is refused."""
    _refuse(names_in(source), secrets, "`lock`: others are told it")


def check_expect(source: str, secrets: Iterable[str]) -> None:
    """Raise TemplateError if an `expect` names a secret: masked, it could not be typed by who should."""
    _refuse(names_in(source), secrets, "`expect`: it is shown, and typed in sight")


def check_secrecy(step: AnyStep, secrets: set[str]) -> None:
    """Raise TemplateError if the step would put a secret where other programs or servers can read it."""
    if not secrets:
        return
    for place, names in _open_places(step):
        _refuse(
            names,
            secrets,
            f"{place}: others can read it there; "
            "give it to a shell step, or to the headers or the body of an http step",
        )


def _refuse(names: set[str], secrets: Iterable[str], where: str) -> None:
    found = sorted(names.intersection(secrets))
    if found:
        raise TemplateError(f"{found[0]} is a secret and may not stand in {where}")


def _open_places(step: AnyStep) -> Iterator[tuple[str, set[str]]]:
    match step:
        case PupStep():
            yield "an argument list", set(compile_arguments(step.run).flowing_names)
        case HttpStep():
            yield "the method of a request", names_in(step.method)
            yield "the name of a file", names_in((step.output_file or "", step.body_file or ""))
            yield "the query of a URL", names_in((step.url.partition("?")[2], step.query))


def names_in(tree: object) -> set[str]:
    """The names that the templates in a value are made out of, results as `steps.ID.FIELD`."""
    return set().union(*(compile_text(source).flowing_names for source in _texts(tree)))


def names_in_items(items: str | tuple[object, ...]) -> set[str]:
    """The names that the items of a `foreach` are made out of."""
    return set(compile_items(items).flowing_names) if isinstance(items, str) else names_in(items)


def names_in_expression(source: str) -> set[str]:
    """The names that the value of an expression is made out of."""
    return set(compile_expression(source).flowing_names)


def _texts(tree: object) -> Iterator[str]:
    match tree:
        case str():
            yield tree
        case dict():
            for item in tree.values():
                yield from _texts(item)
        case list() | tuple():
            for item in tree:
                yield from _texts(item)
