"""The structure of a text template: literal text, values, ``if`` and ``for``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from pup_tui.template.errors import TemplateError
from pup_tui.template.evaluation import Expression, guarded
from pup_tui.template.expression import compile_expression
from pup_tui.template.flow import Flow, merge_flows
from pup_tui.template.limits import MAX_BLOCKS, MAX_TEXT, too_long
from pup_tui.template.paths import Key
from pup_tui.template.scanner import RAW_HINT, Segment, scan_as_far_as_possible
from pup_tui.template.usage import Usage, merge


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
    """``if``, ``elif``, ``else``: the first branch whose test holds."""

    line: int
    column: int
    branches: list[Branch]


class For(Struct):
    """``for targets in values [if test]``; ``otherwise`` is what ``else`` gives for an empty list."""

    line: int
    column: int
    targets: tuple[str, ...]
    values: Expression
    test: Expression | None
    body: list[Block] = field(default_factory=list)
    otherwise: list[Block] = field(default_factory=list)


Block = Literal | Output | If | For


def _named(source: str) -> Expression | None:
    """An expression that is refused, so that a name in it that nobody declares is told as well."""
    from pup_tui.template.parsed import refused

    return refused(source)


def _anything() -> Expression:
    """Stands for a condition or a list that cannot be read."""
    return compile_expression("true")


def parse_blocks(source: str) -> list[Block]:
    """Build the tree of a text. Raises `TemplateError` with line and expression."""
    blocks, errors = parse_as_far_as_possible(source)
    if errors:
        raise errors[0]
    return blocks


def parse_as_far_as_possible(source: str) -> tuple[list[Block], list[TemplateError]]:
    """The tree of what can be read of a text, and everything that is wrong with it."""
    if len(source) > MAX_TEXT:
        return [], [too_long()]
    builder = _Builder(source)
    return builder.build(), builder.errors


class _Builder:
    def __init__(self, source: str) -> None:
        self.errors: list[TemplateError] = []
        self._source = source
        self._top: list[Block] = []
        self._open: list[If | For] = []
        self._bodies: list[list[Block]] = [self._top]
        self._line = 1
        self._counted = 0

    def build(self) -> list[Block]:
        segments, mistake = scan_as_far_as_possible(self._source)
        for segment in segments:
            if segment.kind == "text":
                self._bodies[-1].append(Literal(segment.body))
                continue
            line, column = self._place(segment.start)
            try:
                if segment.kind == "value":
                    output = Output(compile_expression(segment.body), line, column)
                    self._bodies[-1].append(output)
                else:
                    self._tag(segment, line, column)
            except TemplateError as error:
                if error.message.startswith("syntax error"):
                    error.hint = RAW_HINT
                self.errors.append(error.locate(expression=segment.body, line=line, column=column))
                if segment.kind == "value" and (named := _named(segment.body)) is not None:
                    self._bodies[-1].append(Output(named, line, column))
                if segment.kind == "tag" and not self._stands_in(segment, line, column):
                    return self._top
        if mistake is not None:
            self.errors.append(mistake)
        elif self._open:
            self.errors.append(_never_closed(self._open[-1]))
        return self._top

    def _stands_in(self, segment: Segment, line: int, column: int) -> bool:
        """Open a block in the place of one that cannot be read, so that what follows can be; else False."""
        block: If | For
        if segment.word == "if" and len(self._open) < MAX_BLOCKS:
            test = _named(segment.body.removeprefix("if")) or _anything()
            block = If(line, column, [Branch(test, line, column)])
            self._bodies[-1].append(block)
            body = block.branches[0].body
        elif segment.word == "for" and len(self._open) < MAX_BLOCKS:
            # Nobody can tell the names that are known in it, so it is no part of the tree.
            block = For(line, column, (), _anything(), None)
            body = block.body
        else:
            return False
        self._open.append(block)
        self._bodies.append(body)
        return True

    def _place(self, offset: int) -> tuple[int, int]:
        self._line += self._source.count("\n", self._counted, offset)
        self._counted = offset
        return self._line, offset - self._source.rfind("\n", 0, offset)

    def _tag(self, segment: Segment, line: int, column: int) -> None:
        if segment.word in ("if", "for"):
            self._open_block(segment, line, column)
        elif segment.word in ("endif", "endfor"):
            self._close_block(segment)
        elif segment.word == "endraw":
            raise TemplateError("{% endraw %} has no {% raw %}")
        else:
            self._next_branch(segment, line, column)

    def _open_block(self, segment: Segment, line: int, column: int) -> None:
        if len(self._open) >= MAX_BLOCKS:
            raise TemplateError(f"more than {MAX_BLOCKS} nested blocks")
        block: If | For
        if segment.word == "if":
            branch = Branch(_condition(segment), line, column)
            block = If(line, column, [branch])
            body = branch.body
        else:
            block = _loop(segment, line, column)
            body = block.body
        self._bodies[-1].append(block)
        self._open.append(block)
        self._bodies.append(body)

    def _close_block(self, segment: Segment) -> None:
        _expect_no_more(segment)
        kind = If if segment.word == "endif" else For
        if not self._open or not isinstance(self._open[-1], kind):
            raise TemplateError(f"{{% {segment.word} %}} does not close the block that is open")
        self._open.pop()
        self._bodies.pop()

    def _next_branch(self, segment: Segment, line: int, column: int) -> None:
        block = self._open[-1] if self._open else None
        if segment.word == "else":
            _expect_no_more(segment)
        if isinstance(block, If) and block.branches[-1].test is not None:
            test = _condition(segment) if segment.word == "elif" else None
            block.branches.append(Branch(test, line, column))
            self._bodies[-1] = block.branches[-1].body
        elif isinstance(block, For) and segment.word == "else" and self._in_body(block):
            self._bodies[-1] = block.otherwise
        else:
            raise TemplateError(f"{{% {segment.word} %}} does not belong here")

    def _in_body(self, block: For) -> bool:
        return self._bodies[-1] is block.body


def _never_closed(block: If | For) -> TemplateError:
    test = block.branches[0].test if isinstance(block, If) else block.values
    word = "if" if isinstance(block, If) else "for"
    return TemplateError(
        f"{{% {word} %}} has no {{% end{word} %}}",
        expression=test.source if test else None,
        line=block.line,
        column=block.column,
    )


def _condition(segment: Segment) -> Expression:
    source = segment.body[len(segment.word) :]
    if not source.strip():
        raise TemplateError(f"{{% {segment.word} %}} needs a condition")
    return compile_expression(source)


def _loop(segment: Segment, line: int, column: int) -> For:
    from pup_tui.template.parsed import ParsedExpression
    from pup_tui.template.syntax import parse_loop

    targets, values, test = guarded(segment.body, lambda: parse_loop(segment.body))
    source = segment.body
    return For(
        line,
        column,
        targets,
        ParsedExpression(source, values),
        None if test is None else ParsedExpression(source, test),
    )


def _expect_no_more(segment: Segment) -> None:
    if segment.body.strip() != segment.word:
        raise TemplateError(f"{{% {segment.word} %}} takes nothing more")


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
