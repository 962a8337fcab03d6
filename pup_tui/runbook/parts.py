"""The parts of a runbook file that are no steps: variables, captures, assertions, polls, retries."""

# Annotations are values here, as in `model`.

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar, Final, Literal

import msgspec
from msgspec import Meta, Struct, field

from pup_tui.runbook.keys import (
    ConditionText,
    Count,
    ExpressionText,
    Factor,
    FileName,
    FilledName,
    LinkAddress,
    LiteralName,
    Message,
    Note,
    PatternText,
    PlainText,
    Seconds,
    ValueCommandText,
    Versions,
    key,
)
from pup_tui.spelling import as_typed
from pup_tui.template.values import LEFT_OUT, LEFT_OUT_LIST, LeftOut

COMMAND: Final = "command:"
"""What a place under `from` begins with that is a command."""

VariableType = Literal[
    "string",
    "text",
    "json",
    "integer",
    "number",
    "boolean",
    "enum",
    "duration",
    "url",
    "file",
    "list",
    "secret",
]

PagedBy = Literal["cursor", "link", "offset", "page"]

MIN_SECRET: Final = 6
"""Characters a secret needs: a shorter one could not be masked without masking ordinary text."""


NOT_NOW: Final = object()
"""Stands for a value that is not known before the run."""


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whatever stands as a map in the file: closed (an unknown key is an error) and read only."""


class Link(Section, frozen=True, kw_only=True):
    title: Annotated[str, key("What the link leads to.")]
    url: Annotated[str, key("Where it leads, https://…")]


class AlertMatch(Section, frozen=True, kw_only=True):
    """Alerts that a runbook answers, and what they give to its variables.

    All keys of `match` must hold; of several texts under a key one is enough.
    """

    match: Annotated[
        dict[str, FilledName | Annotated[tuple[FilledName, ...], Meta(min_length=1)]],
        key(
            "Which alerts: facts (`title`, `service`, `system` …) or labels, each with a text or a list of "
            "them; `*` stands for anything, case does not matter, and all keys must hold.",
            examples=({"alertname": "Payments*", "severity": ["critical", "high"]},),
        ),
    ]
    vars: Annotated[
        dict[str, FilledName],
        key(
            "What of the alert goes into which variable.",
            examples=({"FLAG_KEY": "alert.labels.flag"},),
        ),
    ] = {}

    @property
    def patterns(self) -> dict[str, tuple[str, ...]]:
        """The texts of each key of `match`."""
        return {
            name: (said,) if isinstance(said, str) else said for name, said in self.match.items()
        }


class Requirement(Section, frozen=True, kw_only=True):
    """A program that has to be there; with a blank `version` any will do."""

    told_as: ClassVar[str] = "a program under `requires`"

    version: Annotated[
        Versions, key("Which versions will do; without it any.", examples=(">=1.28", ">=2,<3"))
    ] = ""
    command: Annotated[
        str,
        key(
            "A script for sh that prints the version, where the program's --version does not.",
            examples=("mytool -V",),
            never_blank=True,
        ),
    ] = ""


ActionEffect = Literal["read", "change", "destroy"]
"""What an action of an integration does outside: it only looks, it changes something, or it destroys what
does not come back."""


class CalledAction(Struct, frozen=True, kw_only=True):
    """What a step knows of the action of an integration that it calls.

    `file` is the path of the integration. `settings` are those of its variables that belong to that,
    `other_settings` are those of the integration that the action has no use for, and `check` is the action
    that proves its credentials, blank without one.
    """

    integration: str
    title: str
    file: str
    action: str
    effect: ActionEffect
    settings: tuple[str, ...] = ()
    other_settings: tuple[str, ...] = ()
    check: str = ""
    requires: dict[str, Versions | Requirement] = field(default_factory=dict)

    @property
    def requirements(self) -> dict[str, Requirement]:
        """What is required of each program that its integration needs."""
        return whole_requirements(self.requires)


def whole_requirements(given: Mapping[str, str | Requirement]) -> dict[str, Requirement]:
    """What is required of each program, however the file says it."""
    return {
        tool: Requirement(version=needed) if isinstance(needed, str) else needed
        for tool, needed in given.items()
    }


class StepLink(Section, frozen=True, kw_only=True):
    """A link beside a step, whose texts are templates."""

    told_as: ClassVar[str] = "a link"

    title: Annotated[Note, key("What the link leads to.")]
    url: Annotated[LinkAddress, key("Where it leads, https://…")]


class Choice(Section, frozen=True, kw_only=True):
    """One value that can be chosen, always text as it was typed."""

    value: Annotated[str, key("The value itself, as text.")]
    label: Annotated[str, key("What the form shows in place of the value.")] = ""


class ChoicesFrom(Section, frozen=True, kw_only=True):
    """Where a variable's choices come from: a command whose lines (or JSON list) they are, or a list that is
    known already. `timeout` None stands for 10 s.
    """

    told_as: ClassVar[str] = "`choices_from`"

    run: Annotated[
        ValueCommandText | None,
        key(
            "A command whose output lines, or JSON list, are the choices. It may use the "
            "variables above. It runs from the form or at the start of a run, never when the "
            "file is loaded or planned.",
            never_blank=True,
        ),
    ] = None
    items: Annotated[
        ExpressionText | None,
        key(
            "An expression for a list of the choices, each a text, a number, or a map with `value` "
            "and perhaps `label`: a variable above, or in an `input` step a capture.",
            examples=("PODS", "json.data | map(attribute='id')"),
        ),
    ] = None
    timeout: Annotated[
        Seconds | None, key("How long the command may take; 10s where nothing is said.")
    ] = None


class Variable(Section, frozen=True, kw_only=True):
    """An input of the runbook, of a group of steps, or of an `input` step.

    `default` and choices are text as it was typed, whatever the type: `check_value` reads them, as it reads
    what an operator gives. The default of a list may be a text for each item.
    """

    description: Annotated[str, key("What the form tells about the variable.")] = ""
    type: Annotated[
        VariableType,
        key(
            "What the value must be: `string` (one line), `text` (several lines), `json` (a text "
            "that is JSON), `integer`, `number`, `boolean`, `enum` (one of `choices`), "
            "`duration`, `url`, `file`, `list` (of texts; "
            "with `choices` a multiple choice), or `secret` (never shown or recorded)."
        ),
    ] = "string"
    required: Annotated[
        bool,
        key("Whether a run needs a value. A variable with a default may be left out in any case."),
    ] = True
    default: Annotated[
        str | tuple[str, ...] | msgspec.UnsetType,
        key(
            "The value where none is given; it may use the variables above it in {{ }}. Of a `list` "
            "a list of texts."
        ),
    ] = msgspec.UNSET
    choices: Annotated[
        tuple[str | Choice, ...],
        key("The values of an `enum` or a `list`, each plain or with a label."),
    ] = ()
    choices_from: Annotated[
        ValueCommandText | ChoicesFrom | None,
        key("A command that lists the choices, plain or with a timeout; or `items` of a list."),
    ] = None
    pattern: Annotated[
        PatternText | None,
        key(
            "A regular expression that must match the whole value; of a `list` each item.",
            examples=("[a-z0-9-]+",),
        ),
    ] = None
    min: Annotated[int | float | None, key("The least number that is allowed.")] = None
    max: Annotated[int | float | None, key("The largest number that is allowed.")] = None
    min_length: Annotated[
        int | None, key("The least number of characters, of a `list` of items.")
    ] = None
    max_length: Annotated[
        int | None, key("The largest number of characters, of a `list` of items.")
    ] = None
    from_: Annotated[
        str | Annotated[tuple[str, ...], Meta(min_length=1)] | None,
        key(
            "Where the value comes from when none is given: env:NAME, keyring:SERVICE/USER, "
            "command:COMMAND (its trimmed output) or file:PATH; or a list of these, of which the"
            " first that has a value wins.",
            examples=("env:FLAG_TOKEN", ["env:FLAG_TOKEN", "keyring:flags/ada"]),
        ),
    ] = field(default=None, name="from")
    when: Annotated[
        ExpressionText | None,
        key(
            "An expression over the variables above; the variable is asked for only where it is "
            "true."
        ),
    ] = None

    @property
    def has_default(self) -> bool:
        return self.default is not msgspec.UNSET

    @property
    def default_texts(self) -> tuple[str, ...]:
        """The texts of the default, of which each may be a template; none without one."""
        if isinstance(self.default, msgspec.UnsetType):
            return ()
        return (self.default,) if isinstance(self.default, str) else self.default

    @property
    def default_in_words(self) -> str:
        """The default as it could be given, that of a list as JSON; empty without one.

        What of it follows from other variables stands in it as a template.
        """
        if isinstance(self.default, msgspec.UnsetType):
            return ""
        if isinstance(self.default, str):
            return _as_far_as_known(self.default)
        return as_typed([*map(_as_far_as_known, self.default)])

    @property
    def default_follows(self) -> bool:
        """Whether the default is worked out from other variables."""
        return any(_without_names(text) is None for text in self.default_texts)

    @property
    def is_list(self) -> bool:
        return self.type == "list"

    @property
    def is_chosen(self) -> bool:
        """Whether a value must be one of the choices: those of a `string` are suggestions."""
        return self.type != "string" and bool(self.choices or self.choices_from)

    @property
    def is_secret(self) -> bool:
        return self.type == "secret"

    @property
    def needed(self) -> bool:
        """Whether a run cannot start before somebody gives a value."""
        return self.required and not self.has_default and not self.places

    @property
    def places(self) -> tuple[str, ...]:
        """Where the value comes from when none is given, in the order in which they are looked at."""
        if self.from_ is None:
            return ()
        return (self.from_,) if isinstance(self.from_, str) else self.from_

    @property
    def choices_command(self) -> str | None:
        """The command in `choices_from`, whichever form the file uses."""
        given = self.choices_from
        return given.run if isinstance(given, ChoicesFrom) else given

    @property
    def choices_items(self) -> str | None:
        """The expression in `choices_from` for a list of the choices."""
        given = self.choices_from
        return given.items if isinstance(given, ChoicesFrom) else None

    @property
    def commands(self) -> Iterator[str]:
        """The commands that give the value and the choices."""
        for place in self.places:
            if place.startswith(COMMAND):
                yield place.removeprefix(COMMAND)
        if self.choices_command is not None:
            yield self.choices_command

    @property
    def places_in_words(self) -> str:
        """Where the value comes from when none is given, for people; empty without such a place."""
        return " or ".join(self.places)

    @property
    def takes_blank(self) -> bool:
        """Whether white space alone, or no item, is a value: it may be left out, or `min_length` is 0."""
        return self.has_default or not self.required or self.min_length == 0

    @property
    def options(self) -> tuple[Choice, ...]:
        return tuple(c if isinstance(c, Choice) else Choice(value=c) for c in self.choices)


def left_out_value(type_: str) -> LeftOut:
    """What stands for a variable of the type that was left out."""
    return LEFT_OUT_LIST if type_ == "list" else LEFT_OUT


def types_of(names: Iterable[str], variables: Mapping[str, Variable]) -> dict[str, str]:
    """The types of variables by name; what is not declared is a `string`."""
    return {name: variables[name].type if name in variables else "string" for name in names}


class Capture(Section, frozen=True, kw_only=True):
    """A value taken from a step's output. `value` None stands for the whole standard output, trimmed."""

    value: Annotated[
        ExpressionText | None,
        key(
            "An expression over the step's output, such as json.data.id; the whole output where "
            "left out."
        ),
    ] = None
    secret: Annotated[
        bool, key("Whether the captured value is hidden like a variable of type secret.")
    ] = False


class Assertion(Section, frozen=True, kw_only=True):
    """What must hold after a step. Without a condition it is a reminder that is shown with the result."""

    that: Annotated[
        ConditionText | None,
        key("The condition that must hold: an expression or a short form such as `status == OK`."),
    ] = None
    empty: Annotated[bool | None, key("true: the output must be empty; false: it must not be.")] = (
        None
    )
    message: Annotated[
        Message,
        key(
            "What is shown when it does not hold; it knows what the step printed and captured. A message "
            "alone is a reminder and checks nothing."
        ),
    ] = ""

    @property
    def is_reminder(self) -> bool:
        """Whether it has no condition."""
        return self.that is None and self.empty is None


class Column(Section, frozen=True, kw_only=True):
    """A column of a table that is no field of its rows, or is called otherwise."""

    title: Annotated[Message, key("What stands over the column.")]
    value: Annotated[
        ExpressionText,
        key(
            "An expression over `row` and its fields; a row for which it gives nothing has a blank.",
            examples=("age | int", "row['restart count']"),
        ),
    ]


class Table(Section, frozen=True, kw_only=True):
    """An output as rows and columns."""

    rows: Annotated[
        ExpressionText,
        key("An expression over the output that gives a list.", examples=("json", "json.items")),
    ]
    columns: Annotated[
        tuple[LiteralName | Column, ...],
        key(
            "The columns: names of fields (`metadata.name` is one inside another), or `{title, "
            "value}`. All fields of the rows where left out.",
            examples=(["name", {"title": "Age", "value": "age | int"}],),
        ),
    ] = ()


class ShownTable(Section, frozen=True, kw_only=True):
    """An output that is shown as a table."""

    told_as: ClassVar[str] = "`show`"

    table: Annotated[Table, key("The rows and columns of the table.")]


ALL_HOSTS: Final = "all"
"""The group of an inventory of Ansible that holds every host."""


class Inventory(Section, frozen=True, kw_only=True):
    """Where the items of a `foreach` come from that are asked for when it begins: one of three places."""

    told_as: ClassVar[str] = "an inventory"
    places: ClassVar[tuple[str, ...]] = ("ansible", "ssh_config", "command")

    ansible: Annotated[
        FileName | None,
        key(
            "An inventory of Ansible, asked by `ansible-inventory --list`; its items are the hosts of the "
            "`group`.",
            examples=("inventory.ini",),
            never_blank=True,
        ),
    ] = None
    group: Annotated[
        PlainText | None,
        key(
            "Which group of the `ansible` inventory; `all` where nothing is said.", never_blank=True
        ),
    ] = None
    ssh_config: Annotated[
        PlainText | None,
        key(
            "Which hosts of the operator's ssh configuration: a name, or a pattern for those that stand "
            "there one by one.",
            examples=("web-*",),
            never_blank=True,
        ),
    ] = None
    command: Annotated[
        ValueCommandText | None,
        key(
            "A command whose output lines, or JSON list, are the items.",
            examples=("kubectl get nodes -o name",),
            never_blank=True,
        ),
    ] = None
    timeout: Annotated[
        Seconds | None,
        key("How long it may take to answer; 60s where nothing is said."),
    ] = None


class Poll(Section, frozen=True, kw_only=True):
    """Repeat the step until a condition holds."""

    interval: Annotated[
        Seconds | None,
        key(
            "The time between two attempts, at least 100ms; 30s where nothing is said, 5s for a "
            "Datadog Workflow."
        ),
    ] = None
    timeout: Annotated[
        Seconds | None,
        key("How long to wait altogether; 10m where nothing is said. After it the step fails."),
    ] = None
    until: Annotated[
        ConditionText | None,
        key(
            "The condition to wait for: an expression, or `empty`, `status == OK`, `value < 5`, "
            "`decreasing`, `increasing`, `decreasing over 3`.",
            examples=("status == OK", "value < 5", "decreasing", "json.data | length == 0"),
        ),
    ] = None
    fail_if: Annotated[
        ConditionText | None, key("A condition that ends the waiting at once and fails the step.")
    ] = None
    max_attempts: Annotated[
        Count | None,
        key("The largest number of attempts; no limit but the timeout where nothing is said."),
    ] = None


class Retry(Section, frozen=True, kw_only=True):
    """Attempt a failed step again: `attempts` in all, with growing delays between them.

    With `on` only where that holds of the failed attempt. None stands for 1 s, 2 and 60 s.
    """

    attempts: Annotated[Count, key("How often the step is tried altogether.")]
    delay: Annotated[
        Seconds | None, key("The pause before the second attempt; 1s where nothing is said.")
    ] = None
    backoff: Annotated[
        Factor | None,
        key("What the pause is multiplied by after each attempt; 2 where nothing is said."),
    ] = None
    max_delay: Annotated[Seconds | None, key("The longest pause; 60s where nothing is said.")] = (
        None
    )
    on: Annotated[
        ConditionText | None,
        key("Try again only where this condition holds of the failed attempt."),
    ] = None


class PagedAnswer(Section, frozen=True, kw_only=True):
    """How the pages of a long answer follow each other; together they are one list.

    Ways of interfaces as RFC 8288 (`link`) and the vendors' own documents have them.
    """

    by: Annotated[
        PagedBy,
        key(
            "What leads to the next page: `cursor`, which the answer tells; `link`, its Link header; "
            "`offset`, how many there were; or `page`, the number of the page."
        ),
    ]
    items: Annotated[
        FilledName | None,
        key(
            "Where in an answer its part of the list is; the answer is the list where nothing is said.",
            examples=("incidents", "response.data"),
        ),
    ] = None
    next: Annotated[
        FilledName | None,
        key(
            "Where in an answer the cursor of the next page is; none, or an empty one, ends it.",
            examples=("meta.next_cursor",),
        ),
    ] = None
    query: Annotated[
        FilledName | None,
        key(
            "The parameter of the URL that takes the cursor, the offset or the number.",
            examples=("cursor",),
        ),
    ] = None
    max: Annotated[
        Count | None,
        key("How many pages at most; with more the step fails. 100 where nothing is said."),
    ] = None


def _without_names(text: str) -> str | None:
    """What a template renders to whatever variables there are; None where it uses some."""
    from pup_tui.template.errors import TemplateError
    from pup_tui.template.text import compile_text

    try:
        compiled = compile_text(text)
        return None if compiled.usage.names else compiled.render({})
    except TemplateError:
        return None


def _as_far_as_known(text: str) -> str:
    known = _without_names(text)
    return text if known is None else known
