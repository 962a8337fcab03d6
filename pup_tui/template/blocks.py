"""The structure of a text template: literal text, values, ``if`` and ``for``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct, field

from pup_tui.late_pattern import late_pattern
from pup_tui.template.errors import TemplateError
from pup_tui.template.evaluation import Expression, guarded
from pup_tui.template.expression import compile_expression, read_refused
from pup_tui.template.flow import Flow, merge_flows
from pup_tui.template.limits import MAX_BLOCKS, MAX_TEXT, too_long
from pup_tui.template.paths import Key
from pup_tui.template.scanner import RAW_HINT, TAGS, Positions, Segment, loop_names, scan
from pup_tui.template.tag_words import tag_hint
from pup_tui.template.usage import Usage, merge

_SET: Final = late_pattern(r"set\s+([\w\s,()]+?)\s*=(?!=)(.*)", re.DOTALL)
_NAME: Final = late_pattern(r"[^\W\d]\w*")
_QUOTED: Final = late_pattern(r"'[^']*'|\"[^\"]*\"")


class Literal(Struct, frozen=True):
    """Text that stays as it is."""

    text: str


class Output(Struct, frozen=True):
    """A ``{{ … }}``. ``line`` and ``column`` (from 1) are its place in the source."""

    expression: Expression
    line: int
    column: int


class Branch(Struct):
    """One way of an ``if``; without a ``test`` it is the ``else``."""

    test: Expression | None
    line: int
    column: int
    body: list[Block] = field(default_factory=list)


class If(Struct):
    """``if``, ``elif``, ``else``: the first branch whose test holds.

    ``source`` is all of it as it was written.
    """

    line: int
    column: int
    branches: list[Branch]
    source: str = ""


class For(Struct):
    """``for targets in values [if test]``; ``otherwise`` is what ``else`` gives for an empty list.

    ``source`` is all of it as it was written.
    """

    line: int
    column: int
    targets: tuple[str, ...]
    values: Expression
    test: Expression | None
    body: list[Block] = field(default_factory=list)
    otherwise: list[Block] = field(default_factory=list)
    source: str = ""


Block = Literal | Output | If | For


class ReadBlocks(Struct, frozen=True):
    """What can be read of a text, and everything that is wrong with it.

    Where an expression cannot be read another one stands in, which uses no names. ``is_whole``: nothing
    of the text was left out.
    """

    blocks: list[Block]
    errors: list[TemplateError]
    is_whole: bool


def _anything() -> Expression:
    """Stands for an expression that cannot be read."""
    return compile_expression("true")


def parse_blocks(source: str) -> list[Block]:
    """Build the tree of a text. Raises `TemplateError` with line and expression."""
    read = read_blocks(source)
    if read.errors:
        raise read.errors[0]
    return read.blocks


def read_blocks(source: str) -> ReadBlocks:
    """Read a text as far as that is possible."""
    if len(source) > MAX_TEXT:
        return ReadBlocks([], [too_long()], False)
    return _Builder(source).build()


class _Builder:
    def __init__(self, source: str) -> None:
        self._errors: list[TemplateError] = []
        self._source = source
        self._top: list[Block] = []
        self._open: list[If | For] = []
        self._starts: list[int] = []
        self._bodies: list[list[Block]] = [self._top]
        self._nameless: list[For] = []
        self._introduced: list[str] = []
        self._positions = Positions(source)
        self._place = (1, 1)
        self._segment = Segment("text", "", 0)

    def build(self) -> ReadBlocks:
        scanned = scan(self._source)
        self._errors += scanned.errors
        is_whole = scanned.is_whole
        for segment in scanned.segments:
            if segment.kind == "text":
                self._bodies[-1].append(Literal(segment.body))
                continue
            self._segment = segment
            self._place = self._positions.at(segment.start)
            if segment.kind == "value":
                self._bodies[-1].append(Output(self._expression(segment.body), *self._place))
            elif segment.word in ("if", "for") and len(self._open) >= MAX_BLOCKS:
                self._wrong(TemplateError(f"more than {MAX_BLOCKS} nested blocks"))
                is_whole = False
                break
            else:
                self._tag(segment)
        else:
            if self._open and is_whole:
                self._errors.append(_never_closed(self._open[-1]))
        return ReadBlocks(self._finished(), sorted(self._errors, key=_position), is_whole)

    def _finished(self) -> list[Block]:
        for loop in self._nameless:
            # Nobody can tell which names are known in it, so all that it uses are taken to be.
            loop.targets = tuple(sorted(usage_of_blocks(loop.body).names))
        if not self._introduced:
            return self._top
        return [For(1, 1, tuple(self._introduced), _anything(), None, self._top)]

    def _wrong(self, error: TemplateError) -> None:
        """Note what is wrong with the segment that is being read."""
        if error.message.startswith("syntax error"):
            is_value = self._segment.kind == "value"
            error.hint = (tag_hint(self._segment.body) if is_value else None) or RAW_HINT
        line, column = self._place
        error.locate(expression=self._segment.body, line=line, column=column)
        self._errors.append(error)

    def _expression(self, source: str) -> Expression:
        """An expression; what stands in for it where it is refused, which is noted."""
        if not source:
            return _anything()
        try:
            return compile_expression(source)
        except TemplateError as error:
            found = read_refused(source)
            expression, errors = found if found is not None else (_anything(), [])
            for each in errors or [error]:
                self._wrong(each.locate(expression=source.strip()))
            return expression

    def _tag(self, segment: Segment) -> None:
        if segment.word in ("if", "for"):
            self._open_block(segment)
        elif segment.word in ("endif", "endfor"):
            self._close_block(segment)
        elif segment.word == "endraw":
            self._wrong(TemplateError("{% endraw %} has no {% raw %}"))
        elif segment.word in TAGS:
            self._next_branch(segment)
        else:
            self._introduce(segment.body)

    def _open_block(self, segment: Segment) -> None:
        block: If | For
        if segment.word == "if":
            branch = Branch(self._condition(segment), *self._place)
            block = If(*self._place, [branch])
            body = branch.body
        else:
            block = self._loop(segment)
            body = block.body
        self._bodies[-1].append(block)
        self._open.append(block)
        self._starts.append(segment.start)
        self._bodies.append(body)

    def _close_block(self, segment: Segment) -> None:
        self._expect_no_more(segment)
        kind = If if segment.word == "endif" else For
        if not self._open or not isinstance(self._open[-1], kind):
            self._wrong(
                TemplateError(f"{{% {segment.word} %}} does not close the block that is open")
            )
        # One that closes another kind of block is taken for that block's end where none of its own is open.
        ends = next((i for i, b in enumerate(self._open[::-1], 1) if isinstance(b, kind)), 1)
        if self._open:
            end = self._source.find("%}", segment.start) + 2
            self._open[-ends].source = self._source[self._starts[-ends] : end]
        del self._starts[-ends:]
        del self._open[-ends:]
        del self._bodies[len(self._open) + 1 :]

    def _next_branch(self, segment: Segment) -> None:
        block = self._open[-1] if self._open else None
        if segment.word == "else":
            self._expect_no_more(segment)
        test = self._condition(segment) if segment.word == "elif" else None
        if isinstance(block, If) and block.branches[-1].test is not None:
            block.branches.append(Branch(test, *self._place))
            self._bodies[-1] = block.branches[-1].body
        elif isinstance(block, For) and segment.word == "else" and self._in_body(block):
            self._bodies[-1] = block.otherwise
        else:
            self._wrong(TemplateError(f"{{% {segment.word} %}} does not belong here"))
            if test is not None:
                self._bodies[-1].append(If(*self._place, [Branch(test, *self._place)]))

    def _in_body(self, block: For) -> bool:
        return self._bodies[-1] is block.body

    def _condition(self, segment: Segment) -> Expression:
        source = segment.body[len(segment.word) :]
        if not source.strip():
            self._wrong(TemplateError(f"{{% {segment.word} %}} needs a condition"))
            return _anything()
        return self._expression(source)

    def _loop(self, segment: Segment) -> For:
        from pup_tui.template.parsed import ParsedExpression
        from pup_tui.template.syntax import parse_loop, parse_refused_loop

        source = segment.body
        try:
            targets, values, test = guarded(source, lambda: parse_loop(source))
        except TemplateError as error:
            try:
                targets, values, test, errors = guarded(source, lambda: parse_refused_loop(source))
            except TemplateError:
                self._wrong(error)
                block = For(*self._place, loop_names(source), _anything(), None)
                if not block.targets:
                    self._nameless.append(block)
                return block
            for each in errors or [error]:
                self._wrong(each)
        asked = None if test is None else ParsedExpression(source, test)
        return For(*self._place, targets, ParsedExpression(source, values), asked)

    def _introduce(self, body: str) -> None:
        """Take the names that a tag makes known which the language does not have."""
        made = _SET.fullmatch(body)
        if made is None:
            self._introduced += _NAME.findall(_QUOTED.sub("", body))
        else:
            self._introduced += _NAME.findall(made[1])
            test = self._expression(made[2].strip())
            self._bodies[-1].append(If(*self._place, [Branch(test, *self._place)]))

    def _expect_no_more(self, segment: Segment) -> None:
        if segment.body.strip() != segment.word:
            self._wrong(TemplateError(f"{{% {segment.word} %}} takes nothing more"))


def _position(error: TemplateError) -> tuple[int, int]:
    return error.line or 0, error.column or 0


def _never_closed(block: If | For) -> TemplateError:
    test = block.branches[0].test if isinstance(block, If) else block.values
    word = "if" if isinstance(block, If) else "for"
    return TemplateError(
        f"{{% {word} %}} has no {{% end{word} %}}",
        expression=test.source if test else None,
        line=block.line,
        column=block.column,
    )


def usage_of_blocks(blocks: Sequence[Block]) -> Usage:
    """Collect the names that a text uses; a loop's own names are not among them."""
    return merge(_usages(blocks))


def _usages(blocks: Sequence[Block]) -> Iterable[Usage]:
    for block in blocks:
        if isinstance(block, Output):
            yield block.expression.usage
        elif isinstance(block, If):
            yield from _branch_usages(block)
        elif isinstance(block, For):
            yield block.values.usage
            bound = frozenset([*block.targets, "loop"])
            inner = [usage_of_blocks(block.body)]
            if block.test is not None:
                inner.append(block.test.usage)
            yield merge(inner).without(bound)
            yield usage_of_blocks(block.otherwise)


def _branch_usages(block: If) -> Iterable[Usage]:
    passed: frozenset[Key] = frozenset()
    for branch in block.branches:
        known = passed
        if branch.test is not None:
            yield branch.test.usage.guarded(passed)
            known = passed | branch.test.defined_if_true
            passed |= branch.test.defined_if_false
        yield usage_of_blocks(branch.body).guarded(known)


def flow_of_blocks(blocks: Sequence[Block]) -> Flow:
    """Tell what a text is made out of: what its values are; what a loop goes over, if its items are shown."""
    return merge_flows(_flows(blocks))


def _flows(blocks: Sequence[Block]) -> Iterable[Flow]:
    for block in blocks:
        if isinstance(block, Output):
            yield block.expression.flow
        elif isinstance(block, If):
            yield from (flow_of_blocks(branch.body) for branch in block.branches)
        elif isinstance(block, For):
            keys = flow_of_blocks(block.body).all
            if keys.intersection(block.targets):
                yield block.values.flow
            yield Flow(keys - {*block.targets, "loop"})
            yield flow_of_blocks(block.otherwise)
