"""The texts of a step as a run has them: each is rendered by its role alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any, assert_never

import msgspec
from msgspec import Struct

from pup_tui.core.amounts import Scope, render_amount
from pup_tui.core.lines import line_of, sent_of, told
from pup_tui.core.sent import Sent
from pup_tui.runbook.allowed import Options, fields_of, inner_options, options_of
from pup_tui.runbook.model import SqlStep, Step
from pup_tui.runbook.parts import Section
from pup_tui.runbook.roles import AMOUNTS, TARGETS, Role
from pup_tui.runbook.texts import input_shell_at, interpreter_at
from pup_tui.template.code import Code, ShellScript
from pup_tui.template.errors import TemplateError
from pup_tui.template.header import render_header
from pup_tui.template.host import render_host, render_user
from pup_tui.template.jsontext import render_json
from pup_tui.template.omit import is_omitted
from pup_tui.template.secrets import hiding, secrets_in
from pup_tui.template.sql.engines import Engine, engine_of
from pup_tui.template.text import compile_text


class Remote(Struct, frozen=True):
    """Another computer, which `ssh` reaches: a `host` with the `user` and `port` that the runbook names.

    With `become` scripts run there as root. An empty `host` is one that is not there.
    """

    host: str
    user: str | None = None
    port: int | None = None
    become: bool = False

    @property
    def told(self) -> str:
        """It in words, as people are told where a step runs."""
        host = self.host or "a host without a name"
        name = host if self.user is None else f"{self.user}@{host}"
        port = "" if self.port is None else f", port {self.port}"
        return f"{name}{port}{', as root by sudo' if self.become else ''}"


class Around(Struct, frozen=True):
    """What processes of a step get beside the operator's own environment.

    `env` are variables that are added to it, or unset where None, of which `valued` are those whose texts
    hold values; `cwd` is the directory, None for the operator's own. `made` is what was made out of secrets
    in them. `approved` tells that somebody said yes to the question before the step. `remote` is the other
    computer that scripts run on, None for this one.
    """

    env: Mapping[str, str | None] = {}
    cwd: str | None = None
    valued: frozenset[str] = frozenset()
    made: tuple[Any, ...] = ()
    approved: bool = False
    remote: Remote | None = None


NOTHING_AROUND = Around()


def render_text(source: str, scope: Scope) -> str:
    return compile_text(source).render(scope)


def shown_text(source: str, scope: Scope) -> str:
    """A text as people may see it: what is made out of a secret is hidden."""
    return render_text(source, hiding(scope))


class StepTexts:
    """The texts of one step by the keys of the file, each rendered when it is first asked for.

    `around` is for its processes. TemplateError tells of what cannot be rendered.
    """

    def __init__(self, step: Step, scope: Scope, around: Around = NOTHING_AROUND) -> None:
        self.step = step
        self.scope = scope
        self.around = around
        self._fields = fields_of(type(step))
        self._rendered: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        """The value of a key; None where nothing is said."""
        if key not in self._rendered:
            field = self._fields[key]
            self._rendered[key] = self._value(
                getattr(self.step, field.name), options_of(field.type), key
            )
        return self._rendered[key]

    def get(self, key: str) -> Any:
        """The value of a key; None also where steps of this kind do not have it."""
        return self[key] if key in self._fields else None

    @cached_property
    def seen(self) -> StepTexts:
        """The texts as people may see them: what is made out of a secret is hidden."""
        if not secrets_in(self.scope).names:
            return self
        seen = StepTexts(self.step, hiding(self.scope), self.around)
        seen.engine = self.engine  # its own URL may hide it
        return seen

    @cached_property
    def engine(self) -> Engine | None:
        """The database that the statements of an `sql` step go to, as far as that is known."""
        step = self.step
        if not isinstance(step, SqlStep):
            return None
        if step.engine is not None:
            return step.engine
        try:
            url = self["url"]
            return engine_of(url) if url else "postgresql"
        except TemplateError:
            return None

    @property
    def line(self) -> str:
        """What the step does, as people are told."""
        return line_of(self.step, self.told)

    @property
    def sent(self) -> Sent:
        """What goes into the step beside its command, as people are told."""
        return sent_of(self.step, self.told)

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers that the step's keys give, each as a line."""
        return tuple(
            f"{name}: {value}"
            for key in _header_keys(type(self.step))
            for name, value in _each_header(key, self[key])
        )

    def told(self, key: str) -> str:
        """The text of a key, as people are told."""
        options = options_of(self._fields[key].type)
        # What an amount decides is seen anyway, and of a mask there is no amount.
        texts = self if options.role in AMOUNTS else self.seen
        return told(texts[key], options)

    @property
    def empty_target(self) -> str | None:
        """The key of the first target that renders to nothing, if there is one."""
        return next((key for key in _targets(type(self.step)) if "" in _each(self[key])), None)

    def _value(self, given: Any, options: Options, key: str) -> Any:
        if given is None or given is msgspec.UNSET:
            return None
        if options.anything:
            return render_json(given, self.scope)
        if isinstance(given, Mapping):
            inside = inner_options(options.values)
            return {
                name: self._value(item, inside, name)
                for name, item in given.items()
                if not (isinstance(item, str) and is_omitted(item, self.scope))
            }
        if isinstance(given, tuple):
            inside = inner_options(options.items)
            return tuple(self._value(item, inside, key) for item in given)
        if isinstance(given, Section) and not isinstance(given, Step):
            parts = {
                field.name: self._value(getattr(given, field.name), options_of(field.type), name)
                for name, field in fields_of(type(given)).items()
            }
            return msgspec.structs.replace(given, **parts)
        return given if options.role is None else self._text(options.role, given, key)

    def _text(self, role: Role, given: Any, key: str) -> Any:
        match role:
            case Role.NAME | Role.MARKDOWN | Role.LITERAL | Role.PATTERN | Role.PROGRAM:
                return given
            case (
                Role.MESSAGE
                | Role.NOTE
                | Role.TEXT
                | Role.EXPECT
                | Role.LOCK
                | Role.FILE
                | Role.WRITTEN_FILE
            ):
                return render_text(given, self.scope)
            case Role.METHOD | Role.RESOURCE | Role.HOST | Role.USER:
                return _name(role, given, self.scope)
            case Role.URL | Role.LINK | Role.DATABASE | Role.TARGET:
                from pup_tui.template.url import render_url

                return render_url(compile_text(given), self.scope).strip()
            case Role.HEADER:
                return render_header(key, compile_text(given), self.scope)
            case Role.QUERY | Role.JSON:
                return render_json(given, self.scope)
            case Role.SCRIPT | Role.STATEMENTS | Role.STDIN:
                return self._code(role, given)
            case Role.ARGUMENT:
                from pup_tui.template.arguments import render_argument

                return render_argument(compile_text(given), self.scope)
            case Role.ARGUMENTS | Role.SUBCOMMAND:
                from pup_tui.template.arguments import compile_arguments

                words = compile_arguments(given).render(self.scope)
                drops = role is Role.SUBCOMMAND and words[:1] == ["pup"]
                return tuple(words[1:] if drops else words)
            case (
                Role.DURATION
                | Role.SIZE
                | Role.COUNT
                | Role.SHARE
                | Role.TOLERANCE
                | Role.FACTOR
                | Role.STATUS
                | Role.PORT
            ):
                return render_amount(role, given, self.scope)
            case (
                Role.EXPRESSION
                | Role.CONDITION
                | Role.ITEMS
                | Role.VALUE_COMMAND
                | Role.INPUT_SCRIPT
                | Role.VERSIONS
            ):
                raise AssertionError(f"{role} is worked out where it is judged")
            case _ as never:
                assert_never(never)

    def _code(self, role: Role, given: str) -> Code | str:
        if role is Role.STATEMENTS:
            from pup_tui.template.sql.script import compile_sql

            return compile_sql(given).render(self.scope, self.engine)
        if role is Role.STDIN:
            shell = input_shell_at(self.step)
            return render_text(given, self.scope) if shell is None else self._input(given, shell)
        interpreter = interpreter_at(self.step)
        if not interpreter.is_shell:
            return ShellScript(given, {}, given)
        literal = compile_text(given).literal
        if literal is not None and not self.around.valued:
            return ShellScript(literal, {}, literal)
        from pup_tui.template.shell.script import compile_shell

        script = compile_shell(given, interpreter.name, self.around.valued)
        env = {name: text or "" for name, text in self.around.env.items()}
        return script.render(self.scope, env)

    def _input(self, given: str, shell: str) -> ShellScript:
        from pup_tui.template.shell.script import compile_shell

        return compile_shell(given, shell, is_input=True).render(self.scope)


def _name(role: Role, given: str, scope: Scope) -> str:
    """The name of something, without the blanks around it."""
    if role is Role.HOST:
        return render_host(compile_text(given), scope)
    if role is Role.USER:
        return render_user(compile_text(given), scope)
    text = render_text(given, scope).strip()
    return text.upper() if role is Role.METHOD else text


@cache
def _targets(kind: type[Step]) -> tuple[str, ...]:
    """The keys of a kind that name what its steps reach for."""
    fields = fields_of(kind).items()
    return tuple(key for key, field in fields if options_of(field.type).role in TARGETS)


@cache
def _header_keys(kind: type[Step]) -> tuple[str, ...]:
    """The keys of a kind that are headers or hold some."""
    options = {key: options_of(field.type) for key, field in fields_of(kind).items()}
    return tuple(
        key
        for key, each in options.items()
        if Role.HEADER in (each.role, inner_options(each.values).role)
    )


def _each_header(key: str, value: Any) -> Iterable[tuple[str, str]]:
    if isinstance(value, dict):
        return value.items()
    return [(key.replace("_", "-").title(), value)] if value else []


def _each(value: Any) -> Iterator[Any]:
    yield from value if isinstance(value, tuple) else (value,)
