"""What goes wrong in a template, told so that the author of a runbook can act on it."""

from __future__ import annotations


class TemplateError(Exception):
    """A template, an expression or a rendered text is not acceptable.

    Every failure of this package is one of these, whatever exception was inside, so nobody else
    has to know which engine does the work.

    ``message`` says what is wrong and holds no value of a variable. ``expression`` is the source
    text of what failed, ``line`` and ``column`` (both from 1) are its place within the text that
    was compiled, ``hint`` says what to do instead.
    """

    def __init__(
        self,
        message: str,
        *,
        expression: str | None = None,
        line: int | None = None,
        column: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.expression = expression
        self.line = line
        self.column = column
        self.hint = hint

    def __str__(self) -> str:
        parts = [self.message]
        if self.expression is not None and self.expression not in self.message:
            shown = self.expression.strip()
            parts.append(f"in `{shown if len(shown) <= 80 else shown[:79] + '…'}`")
        if self.line is not None:
            parts.append(f"(line {self.line})")
        text = " ".join(parts)
        return f"{text}; {self.hint}" if self.hint else text

    @property
    def told(self) -> str:
        """What is wrong and what to do, without the place."""
        return f"{self.message}: {self.hint}" if self.hint else self.message

    def locate(
        self,
        *,
        expression: str | None = None,
        line: int | None = None,
        column: int | None = None,
    ) -> TemplateError:
        """Fill in what is not known yet of where it happened, and give the error itself back."""
        if self.expression is None:
            self.expression = expression
        if self.line is None:
            self.line, self.column = line, column
        return self


class UndefinedName(TemplateError):
    """A name stands for nothing.

    ``name`` is the dotted path as the author wrote it (``steps.flag.json.data.id``), ``missing``
    the beginning of it that was not found (``steps.flag.json``).
    """

    def __init__(
        self,
        name: str,
        *,
        missing: str | None = None,
        message: str | None = None,
        expression: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.name = name
        self.missing = missing or name
        super().__init__(
            message or f"`{self.missing}` is not defined", expression=expression, hint=hint
        )
