"""Text templates: literal text with values, ``if`` and ``for``.

A compiled text is a small tree. Rendering it gives a sequence of literal pieces and values, on
which the escaping for each place (shell, URL, JSON, …) is built; a value is never looked at as a
template again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from itertools import groupby
from typing import Any

from msgspec import Struct

from pup_tui.template.blocks import (
    Block,
    For,
    If,
    Literal,
    Output,
    flow_of_blocks,
    parse_blocks,
    usage_of_blocks,
)
from pup_tui.template.errors import TemplateError, UndefinedName
from pup_tui.template.evaluation import Expression
from pup_tui.template.flow import Flow
from pup_tui.template.limits import Budget
from pup_tui.template.not_yet import stand_in
from pup_tui.template.scanner import is_plain
from pup_tui.template.secrets import MASK, SECRETS, Secrets, secrets_in
from pup_tui.template.usage import Usage, UsesNames
from pup_tui.template.values import (
    OMIT,
    JsonText,
    RawText,
    UrlText,
    contents,
    is_list,
    kind_of,
    plain,
    to_text,
)


class Value(Struct, frozen=True):
    """A value at its place in a text.

    ``value`` is the value with its type, ``text`` its text form, ``source`` the expression it
    came from, ``line`` where that stands. ``is_secret`` tells that it was made out of a secret, the
    other flags which filter came last.
    """

    value: Any
    text: str
    source: str
    line: int
    column: int = 1
    is_raw: bool = False
    is_url: bool = False
    is_json: bool = False
    is_secret: bool = False

    def __repr__(self) -> str:
        """Without what it is, which may be secret."""
        return f"Value(source={self.source!r}, line={self.line})"

    @property
    def shown(self) -> str:
        """Its text as people may see it."""
        return MASK if self.is_secret else self.text

    def error(self, message: str, hint: str | None = None) -> TemplateError:
        """Make an error that names this value's expression and place."""
        return TemplateError(
            message, expression=self.source, line=self.line, column=self.column, hint=hint
        )


Piece = str | Value


class Text(UsesNames):
    """A compiled text. Made by `compile_text`."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = tuple(blocks)

    @property
    def is_literal(self) -> bool:
        """Whether it holds no template at all."""
        return all(isinstance(block, Literal) for block in self.blocks)

    @cached_property
    def literal(self) -> str | None:
        """The text itself if it holds no template."""
        if not self.is_literal:
            return None
        return "".join(block.text for block in self.blocks if isinstance(block, Literal))

    @property
    def single(self) -> Expression | None:
        """The expression, if the whole text is exactly one ``{{ … }}``."""
        if len(self.blocks) == 1 and isinstance(self.blocks[0], Output):
            return self.blocks[0].expression
        return None

    @cached_property
    def usage(self) -> Usage:
        """The names that it uses."""
        return usage_of_blocks(self.blocks)

    @cached_property
    def flow(self) -> Flow:
        """What it is made out of."""
        return flow_of_blocks(self.blocks)

    @cached_property
    def outputs(self) -> tuple[Output, ...]:
        """Every ``{{ … }}`` in it, in the order of the source."""
        return tuple(block for block in all_blocks(self.blocks) if isinstance(block, Output))

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """Every literal piece in it, in the order of the source."""
        return tuple(block.text for block in all_blocks(self.blocks) if isinstance(block, Literal))

    def pieces(self, scope: Mapping[str, Any]) -> list[Piece]:
        """Render to literal pieces and values, in order, after ``if`` and ``for``."""
        if self.literal is not None:
            return [self.literal] if self.literal else []
        rendering = _Rendering(dict(scope), Budget())
        rendering.run(self.blocks)
        _note_runs(rendering.pieces, secrets_in(scope))
        return rendering.pieces

    def render(self, scope: Mapping[str, Any]) -> str:
        """Render to plain text: values are put in as they are."""
        if self.literal is not None:
            return self.literal
        return "".join(
            piece if isinstance(piece, str) else piece.text for piece in self.pieces(scope)
        )

    def value(self, scope: Mapping[str, Any]) -> Any:
        """Give the value with its type if the text is exactly one ``{{ … }}``, else the text."""
        if self.single is None:
            return self.render(scope)
        (piece,) = self.pieces(scope)
        return piece if isinstance(piece, str) else plain(piece.value)


def all_blocks(blocks: Sequence[Block]) -> Iterator[Block]:
    """Walk over every block of a tree, in the order of the source."""
    for block in blocks:
        yield block
        if isinstance(block, If):
            for branch in block.branches:
                yield from all_blocks(branch.body)
        elif isinstance(block, For):
            yield from all_blocks(block.body)
            yield from all_blocks(block.otherwise)


def _note_runs(pieces: Sequence[Piece], secrets: Secrets) -> None:
    """Note what secret values come to that touch: alone they may be too short to be told from other text."""
    for is_secret, run in groupby(
        pieces, lambda piece: not isinstance(piece, str) and piece.is_secret
    ):
        if is_secret:
            secrets.made.append("".join(piece.text for piece in run if isinstance(piece, Value)))


class _Rendering:
    """One walk over the tree of a text."""

    def __init__(self, scope: dict[str, Any], budget: Budget) -> None:
        self.pieces: list[Piece] = []
        self._scope = scope
        self._budget = budget

    def run(self, blocks: Sequence[Block]) -> None:
        for block in blocks:
            if isinstance(block, Literal):
                self._budget.text(len(block.text))
                self.pieces.append(block.text)
            elif isinstance(block, Output):
                self.pieces.append(self._output(block))
            else:
                self._choose(block)

    def _choose(self, block: If | For) -> None:
        try:
            if isinstance(block, If):
                chosen = partial(self.run, self._branch(block))
            else:
                chosen = partial(self._loop, block, self._items(block))
        except UndefinedName as error:
            self.pieces.append(stand_in(self._scope, block.source, error))
        else:
            chosen()

    def _output(self, block: Output) -> Value:
        try:
            value = self._evaluate(block.expression, block)
        except UndefinedName as error:
            source = block.expression.source
            value = stand_in(self._scope, f"{{{{ {source} }}}}", error)
            value = RawText(value) if block.expression.is_raw else value
        if value is OMIT:
            return Value(value, "", block.expression.source, block.line, block.column)
        try:
            text = to_text(value)
            self._budget.text(len(text))
            is_secret = block.expression.is_secret(self._scope, value)
        except TemplateError as error:
            raise _located(error, block.expression, block) from None
        if is_secret and secrets_in(self._scope).hides:
            # Marked as encoded already, so that it is read in URLs and JSON as well.
            value = UrlText(MASK)
            text = MASK
        return Value(
            value,
            text,
            block.expression.source,
            block.line,
            block.column,
            is_raw=isinstance(value, RawText),
            is_url=isinstance(value, UrlText),
            is_json=isinstance(value, JsonText),
            is_secret=is_secret,
        )

    def _branch(self, block: If) -> Sequence[Block]:
        for branch in block.branches:
            if branch.test is None or self._evaluate(branch.test, branch):
                return branch.body
        return ()

    def _loop(self, block: For, values: Sequence[Any]) -> None:
        if not values:
            self.run(block.otherwise)
            return
        outer = dict(self._scope)
        self._scope = self._inside(block)
        for index, item in enumerate(values):
            self._round(block)
            self._bind(block, item)
            self._scope["loop"] = {
                "index": index + 1,
                "index0": index,
                "first": index == 0,
                "last": index == len(values) - 1,
                "length": len(values),
            }
            self.run(block.body)
        self._scope = outer

    def _inside(self, block: For) -> dict[str, Any]:
        """The scope of a loop's body: its names are secret if what it goes over was made out of a secret."""
        secrets = secrets_in(self._scope)
        if not secrets.names:
            return self._scope
        inner = Secrets(secrets.names - {*block.targets, "loop"}, hides=secrets.hides)
        if block.values.is_secret(self._scope, None):
            inner.names |= {*block.targets}
        inner.made = secrets.made
        return {**self._scope, SECRETS: inner}

    def _keeps(self, block: For, test: Expression, item: Any) -> bool:
        outer = self._scope
        self._scope = dict(outer)
        self._round(block)
        self._bind(block, item)
        try:
            return bool(self._evaluate(test, block))
        finally:
            self._scope = outer

    def _round(self, block: For) -> None:
        try:
            self._budget.round()
        except TemplateError as error:
            raise _located(error, block.values, block) from None

    def _items(self, block: For) -> list[Any]:
        values = self._all_items(block)
        if block.test is None:
            return values
        return [item for item in values if self._keeps(block, block.test, item)]

    def _all_items(self, block: For) -> list[Any]:
        value = contents(self._evaluate(block.values, block))
        if isinstance(value, Mapping) or is_list(value):
            return list(value)
        raise TemplateError(
            f"a loop needs a list, not a {kind_of(value)}",
            expression=block.values.source,
            line=block.line,
            column=block.column,
            hint="`.splitlines()` or `| split(',')` makes a list of a text",
        )

    def _bind(self, block: For, item: Any) -> None:
        if len(block.targets) == 1:
            self._scope[block.targets[0]] = item
            return
        if not is_list(item) or len(item) != len(block.targets):
            raise TemplateError(
                f"an item of the list does not have {len(block.targets)} parts",
                expression=block.values.source,
                line=block.line,
                column=block.column,
            )
        self._scope.update(zip(block.targets, item, strict=True))

    def _evaluate(self, expression: Expression, place: Any) -> Any:
        try:
            return expression.evaluate_within(self._scope, self._budget)
        except TemplateError as error:
            raise _located(error, expression, place) from None


def _located(error: TemplateError, expression: Expression, place: Any) -> TemplateError:
    return error.locate(expression=expression.source, line=place.line, column=place.column)


@lru_cache(maxsize=16384)
def compile_text(source: str) -> Text:
    """Check a text. Raises `TemplateError`; nothing is evaluated.

    The result is shared and must not be changed.
    """
    if is_plain(source):
        return Text([Literal(source)])
    return Text(parse_blocks(source))
