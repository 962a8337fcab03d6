"""The typed model of a runbook file.

The structs have the shape of the file, so that the loader's check, the JSON form and the schema all follow
from these definitions. Texts stay as the author wrote them; their *role* (template, shell script, expression,
…) is part of the type and says how the loader judges them and how a run renders them.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta, Struct, field

ROLE = "role"


def _text(role: str, description: str) -> Meta:
    return Meta(description=description, extra={ROLE: role})


Name = Annotated[str, Meta(min_length=1, max_length=200, extra={ROLE: "name"})]
Markdown = Annotated[str, _text("markdown", "Markdown, shown literally.")]
Template = Annotated[str, _text("template", "Text in which {{ NAME }} is replaced.")]
ShellScript = Annotated[str, _text("shell", "A script; values reach it as data.")]
Arguments = Annotated[
    str, _text("arguments", "Words of a command; a value never becomes two words.")
]
Url = Annotated[str, _text("url", "A URL; values are percent-encoded.")]
Header = Annotated[str, _text("header", "A header's value; control characters are refused.")]
Expression = Annotated[str, _text("expression", "An expression over variables and results.")]
Condition = Annotated[str, _text("condition", "An expression or one of the short forms.")]
JsonTree = Annotated[Any, _text("json", "JSON in which every text is a template.")]
Items = Annotated[
    str, _text("items", "An expression that gives a list, or a template that is one value.")
]
Target = Annotated[
    str, _text("target", "An Apprise URL such as slack://…; values are percent-encoded.")
]
Literal_ = Annotated[str, _text("literal", "A name; nothing in it is replaced.")]
Seconds = Annotated[
    str | int | float,
    _text("duration", "A duration such as 30s, 5m or 1h30m; a bare number is seconds."),
]

Size = Annotated[
    str | int, _text("size", "An amount such as 64 MiB or 500 kB; a bare number is bytes.")
]
Count = Annotated[str | int, _text("count", "A whole number from 1, or a template that gives one.")]
Factor = Annotated[
    str | int | float, _text("factor", "A number from 1, or a template that gives one.")
]
LOADED = "loaded"
"""Role of a field that the loader fills in: no key of the file."""

When = Literal["on_success", "on_failure", "always", "cleanup"]
OnFailure = Literal["fail", "warn", "ignore", "confirm"]
VariableType = Literal[
    "string", "text", "integer", "number", "boolean", "enum", "duration", "url", "file", "secret"
]
StatusPattern = Annotated[
    str | int, _text("status", "A status code (204) or a class of them (2xx).")
]

ShellName = Literal["sh", "bash", "dash", "ksh", "zsh"]

MIN_SECRET = 6
"""Characters a secret needs: a shorter one could not be masked without masking ordinary text."""


class Node(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whatever stands as a map in the file: closed (an unknown key is an error) and read only."""


class Link(Node, frozen=True, kw_only=True):
    title: str
    url: str


class Choice(Node, frozen=True, kw_only=True):
    """One value of an enum, always text as it was typed."""

    value: str
    label: str = ""


class ChoicesFrom(Node, frozen=True, kw_only=True):
    """A command whose lines (or JSON list) are a variable's choices; `timeout` None stands for 10 s."""

    run: ShellScript
    timeout: Seconds | None = None


class Variable(Node, frozen=True, kw_only=True):
    """An input of the runbook, of a group of steps, or of an `input` step.

    `default` and choices are text as it was typed, whatever the type: `check_value` reads them, as it reads
    what an operator gives.
    """

    description: str = ""
    type: VariableType = "string"
    required: bool = True
    default: str | msgspec.UnsetType = msgspec.UNSET
    choices: tuple[str | Choice, ...] = ()
    choices_from: ShellScript | ChoicesFrom | None = None
    pattern: Annotated[str, _text("regex", "A regular expression for the whole value.")] | None = (
        None
    )
    min: int | float | None = None
    max: int | float | None = None
    min_length: int | None = None
    max_length: int | None = None
    from_: str | None = field(default=None, name="from")
    when: Expression | None = None

    @property
    def has_default(self) -> bool:
        return self.default is not msgspec.UNSET

    @property
    def is_secret(self) -> bool:
        return self.type == "secret"

    @property
    def needed(self) -> bool:
        """Whether a run cannot start before somebody gives a value."""
        return self.required and not self.has_default and self.from_ is None

    @property
    def options(self) -> tuple[Choice, ...]:
        return tuple(c if isinstance(c, Choice) else Choice(value=c) for c in self.choices)


class Capture(Node, frozen=True, kw_only=True):
    """A value taken from a step's output. `value` None stands for the whole standard output, trimmed."""

    value: Expression | None = None
    secret: bool = False


class Assertion(Node, frozen=True, kw_only=True):
    """What must hold after a step. Without a condition it is a reminder that is shown with the result."""

    that: Condition | None = None
    empty: bool | None = None
    message: Template = ""


class Poll(Node, frozen=True, kw_only=True):
    """Repeat the step until a condition holds."""

    interval: Seconds | None = None
    timeout: Seconds | None = None
    until: Condition | None = None
    fail_if: Condition | None = None
    max_attempts: int | Template | None = None


class Retry(Node, frozen=True, kw_only=True):
    """Attempt a failed step again: `attempts` in all, with growing delays between them.

    With `on` only where that holds of the failed attempt. None stands for 1 s, 2 and 60 s.
    """

    attempts: Count
    delay: Seconds | None = None
    backoff: Factor | None = None
    max_delay: Seconds | None = None
    on: Condition | None = None


class Step(Node, frozen=True, kw_only=True, tag_field="kind"):
    """The keys of every kind.

    `max_parallel` limits the items of a `foreach` (1 where nothing is said), of a `parallel` step its own
    steps (no limit where nothing is said).
    """

    is_question: ClassVar[bool] = False
    """Asks a person."""
    is_block: ClassVar[bool] = False
    """Holds other steps."""
    has_output: ClassVar[bool] = True
    """Makes attempts that can be captured from, asserted over, polled and retried."""

    name: Name
    id: str = ""
    description: Markdown = ""
    links: tuple[Link, ...] = ()
    when: When = "on_success"
    if_: Expression | None = field(default=None, name="if")
    optional: bool = False
    on_failure: OnFailure | None = None
    timeout: Seconds | None = None
    poll: Poll | None = None
    capture: str | dict[str, Expression | Capture] | None = None
    assert_: Condition | Assertion | tuple[Condition | Assertion, ...] | None = field(
        default=None, name="assert"
    )
    danger: bool = False
    confirm: Template | None = None
    retry: Retry | None = None
    undo: AnyStep | None = None
    idempotent: bool = False
    foreach: Items | tuple[JsonTree, ...] | None = None
    as_: Literal_ = field(default="item", name="as")
    max_parallel: Count | None = None
    env: dict[str, Template] = {}
    cwd: Template | None = None
    output_limit: Size | None = None

    @property
    def kind(self) -> str:
        tag = self.__struct_config__.tag
        assert isinstance(tag, str)
        return tag

    @property
    def inside(self) -> tuple[AnyStep, ...]:
        """The steps that it holds, in the order of the file."""
        return ()

    @property
    def captures(self) -> dict[str, Capture]:
        """Captures by name, whichever form the file uses."""
        if self.capture is None:
            return {}
        if isinstance(self.capture, str):
            return {self.capture: Capture()}
        return {
            name: given if isinstance(given, Capture) else Capture(value=given)
            for name, given in self.capture.items()
        }

    @property
    def assertions(self) -> tuple[Assertion, ...]:
        """Assertions in order, whichever form the file uses."""
        if self.assert_ is None:
            return ()
        given = self.assert_ if isinstance(self.assert_, tuple) else (self.assert_,)
        return tuple(a if isinstance(a, Assertion) else Assertion(that=a) for a in given)


class ShellStep(Step, frozen=True, kw_only=True, tag="shell"):
    run: ShellScript
    shell: ShellName = "sh"
    stdin: Template | None = None
    tty: bool = False
    interactive: bool = False
    success_codes: Annotated[tuple[int, ...], Meta(min_length=1)] = (0,)


class PupStep(Step, frozen=True, kw_only=True, tag="pup"):
    run: Arguments


class HttpStep(Step, frozen=True, kw_only=True, tag="http"):
    url: Url
    method: Template = "GET"
    query: dict[str, JsonTree] = {}
    headers: dict[str, Header] = {}
    json: JsonTree | msgspec.UnsetType = msgspec.UNSET
    form: dict[str, Template] | None = None
    body: Template | None = None
    body_file: Template | None = None
    content_type: Header | None = None
    accept: Header | None = None
    output_file: Template | None = None
    expect_status: StatusPattern | tuple[StatusPattern, ...] | None = None
    follow_redirects: bool = False
    verify: bool = True


class WorkflowStep(Step, frozen=True, kw_only=True, tag="datadog-workflow"):
    workflow_id: Template
    inputs: dict[str, JsonTree] = {}


class ConfirmStep(Step, frozen=True, kw_only=True, tag="confirm"):
    is_question: ClassVar[bool] = True
    has_output: ClassVar[bool] = False

    message: Template
    expect: Template | None = None


class ManualStep(Step, frozen=True, kw_only=True, tag="manual"):
    is_question: ClassVar[bool] = True
    has_output: ClassVar[bool] = False

    message: Template = ""
    checklist: tuple[Template, ...] = ()


class InputStep(Step, frozen=True, kw_only=True, tag="input"):
    """Asks for values in mid-run; they become variables."""

    is_question: ClassVar[bool] = True
    has_output: ClassVar[bool] = False

    message: Template = ""
    vars: dict[str, Variable]


class WaitStep(Step, frozen=True, kw_only=True, tag="wait"):
    has_output: ClassVar[bool] = False

    duration: Seconds


class NotifyStep(Step, frozen=True, kw_only=True, tag="notify"):
    to: Target | tuple[Target, ...]
    title: Template = ""
    message: Template


class Call(Node, frozen=True, kw_only=True):
    """What makes a group of steps out of a file: its `params` and `outputs`, and where it was found."""

    template: str
    description: Markdown = ""
    params: dict[str, Variable] = {}
    outputs: dict[str, Expression] = {}


class GroupStep(Step, frozen=True, kw_only=True, tag="group"):
    """A block of steps. With a `call` it stands for a group from a file: its steps see `params` only.

    `given` are the values of the step's `with`.
    """

    is_block: ClassVar[bool] = True
    has_output: ClassVar[bool] = False

    steps: Annotated[tuple[AnyStep, ...], Meta(min_length=1)]
    given: dict[str, JsonTree] = field(default_factory=dict, name="with")
    call: Annotated[Call | None, _text(LOADED, "")] = None

    @property
    def inside(self) -> tuple[AnyStep, ...]:
        return self.steps


class ParallelStep(Step, frozen=True, kw_only=True, tag="parallel"):
    """Runs its steps side by side; with `fail_fast` the first that fails cancels the others."""

    is_block: ClassVar[bool] = True
    has_output: ClassVar[bool] = False

    steps: Annotated[tuple[AnyStep, ...], Meta(min_length=1)]
    fail_fast: bool = False

    @property
    def inside(self) -> tuple[AnyStep, ...]:
        return self.steps


class RunbookStep(Step, frozen=True, kw_only=True, tag="runbook"):
    """Runs another runbook, which sees its own variables only; `called` is that runbook."""

    is_block: ClassVar[bool] = True
    has_output: ClassVar[bool] = False

    runbook: Literal_
    vars: dict[str, JsonTree] = {}
    called: Annotated[Runbook | None, _text(LOADED, "")] = None

    @property
    def inside(self) -> tuple[AnyStep, ...]:
        return () if self.called is None else self.called.steps


AnyStep = (
    ShellStep
    | PupStep
    | HttpStep
    | WorkflowStep
    | ConfirmStep
    | ManualStep
    | InputStep
    | WaitStep
    | NotifyStep
    | GroupStep
    | ParallelStep
    | RunbookStep
)


class Defaults(Node, frozen=True, kw_only=True):
    """What every step has that does not say otherwise."""

    timeout: Seconds | None = None
    retry: Retry | None = None
    on_failure: OnFailure | None = None
    env: dict[str, Template] = {}
    cwd: Template | None = None


class Runbook(Node, frozen=True, kw_only=True):
    """One runbook file, with the step templates it names filled in and every step's id set."""

    name: Name
    description: Markdown = ""
    tags: dict[str, str] = {}
    owner: str = ""
    links: tuple[Link, ...] = ()
    vars: dict[str, Variable] = {}
    import_: tuple[Literal_, ...] = field(default=(), name="import")
    lock: Template | None = None
    defaults: Defaults = Defaults()
    steps: Annotated[tuple[AnyStep, ...], Meta(min_length=1, max_length=1000)]
