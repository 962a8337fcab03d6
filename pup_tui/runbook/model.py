"""The typed model of a runbook file.

The structs have the shape of the file, so that the loader's check, the JSON form and the schema all follow
from these definitions. Texts stay as the author wrote them; their role (`roles.Role`) is part of the type.
What else the program has to know of a kind stands in its class.
"""

# Annotations are values here: as texts each would be compiled again for every kind that inherits it.
# Only what names `AnyStep` is a text: the union is complete when all kinds are known.

from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta, field

from pup_tui.runbook.keys import (
    Address,
    ConditionText,
    Count,
    DatabaseUrl,
    Expect,
    ExpressionText,
    FileName,
    FilledName,
    Header,
    HostName,
    Items,
    JsonTree,
    LiteralName,
    LockValue,
    Markdown,
    Message,
    Method,
    Name,
    Note,
    PlainText,
    Port,
    QueryValue,
    Resource,
    Script,
    Seconds,
    Share,
    Size,
    Statements,
    StatusPattern,
    Stdin,
    Subcommand,
    Target,
    Tolerance,
    UserName,
    Versions,
    WrittenFile,
    filled_in,
    key,
)
from pup_tui.runbook.parts import (
    AlertMatch,
    Assertion,
    CalledAction,
    Capture,
    Inventory,
    Link,
    PagedAnswer,
    Poll,
    Requirement,
    Retry,
    Section,
    ShownTable,
    StepLink,
    Variable,
    whole_requirements,
)
from pup_tui.template.sql.engines import Engine

ON_THIS_COMPUTER = "on this computer"
"""Where a step acts whose processes have a directory."""

LOOP = "loop"
"""The name under which an item of a `foreach` is told its place among the others."""
OUTCOME = "outcome"
"""The field of `steps.ID` that is how the step ended; the others are what its attempt said."""

When = Literal["on_success", "on_failure", "always", "cleanup"]
OnFailure = Literal["fail", "warn", "ignore", "confirm"]
AgentsMay = Literal["none", "plan", "request"]
StopStatus = Literal["succeeded", "failed", "aborted"]
NotifyType = Literal["info", "success", "warning", "failure"]
InterpreterText = LiteralName | tuple[LiteralName, ...]


class Step(Section, frozen=True, kw_only=True, tag_field="kind", dict=True):
    """The keys of every kind. Beside them it keeps what its keys were once found to say (`dict`).

    `max_parallel` limits the items of a `foreach` (1 where nothing is said), of a `parallel` step its own
    steps (no limit where nothing is said).
    """

    short_kind: ClassVar[str] = ""
    """What lists call the kind, where its name is too long for their columns."""
    line: ClassVar[tuple[str, ...]] = ()
    """How plan and screen tell what a step does: parts in which `{key}` stands for the text of that key.
    A part whose keys are all blank is left out; one may begin a line of its own. Without any: the kind, and
    what a step of it never lacks."""
    needs_one_of: ClassVar[tuple[str, ...]] = ()
    """Keys of which a step has at least one."""
    acts: ClassVar[str] = ""
    """Where a step of the kind runs, in words; empty where its line tells that, or it runs nowhere."""
    is_question: ClassVar[bool] = False
    """Asks a person."""
    is_gate: ClassVar[bool] = False
    """Asks for a yes, without which nothing behind it runs."""
    asks_values: ClassVar[bool] = False
    """Asks for the values of its `vars`, which become variables."""
    is_block: ClassVar[bool] = False
    """Holds other steps."""
    side_by_side: ClassVar[bool] = False
    """Runs what it holds at the same time."""
    has_output: ClassVar[bool] = True
    """Makes attempts that can be captured from, asserted over, polled and retried."""
    follows: ClassVar[bool] = False
    """Ends when what it started ends: its `poll` says how that is watched, and repeats nothing."""
    mutates: ClassVar[bool | None] = None
    """Whether it changes something outside; None where that depends on the step."""
    attempt_timeout: ClassVar[float | None] = None
    """Seconds for one attempt where nothing is said; None is no limit."""

    name: Annotated[Name, key("What the step is called in the list of steps.")]
    id: Annotated[
        str,
        key(
            "How later steps name it: steps.ID.output. It comes from the name where it is not "
            "given."
        ),
    ] = ""
    description: Annotated[Note, key("Markdown shown beside the step: what to look for.")] = ""
    links: Annotated[tuple[StepLink, ...], key("Pages that help with this step.")] = ()
    when: Annotated[
        When,
        key(
            "`on_success`: if there is no failure and no closed gate before it. `on_failure`: if"
            " there is a failure. `always`: with or without one, but never past a closed gate. "
            "`cleanup`: at the end of the run, whatever happened."
        ),
    ] = "on_success"
    if_: Annotated[
        ExpressionText | None,
        key(
            "An expression over variables and earlier results; where it is false the step is "
            "skipped.",
            examples=("ENV == 'production'", "INCIDENTS > 0"),
        ),
    ] = field(default=None, name="if")
    optional: Annotated[
        bool,
        key(
            "Skip the step where its tool is not installed or its target is empty; warn where it"
            " fails."
        ),
    ] = False
    on_failure: Annotated[
        OnFailure | None,
        key(
            "`fail`: the run fails. `warn`: the step is shown as warned and the run goes on. "
            "`ignore`: the same without making the run's result a warning. `confirm`: ask "
            "whether to retry, continue or abort."
        ),
    ] = None
    timeout: Annotated[
        Seconds | None,
        key(
            "How long one attempt may take. http has 30s where nothing is said, other kinds no "
            "limit.",
            examples=("30s", "5m", "1h30m"),
        ),
    ] = None
    poll: Annotated[
        Poll | None,
        key(
            "Repeat the step until a condition holds.",
            examples=({"interval": "30s", "timeout": "5m", "until": "status == OK"},),
        ),
    ] = None
    capture: Annotated[
        str | dict[str, ExpressionText | Capture] | None,
        key(
            "Names for parts of the output that later steps use: NAME for all of it, or a map of"
            " names to expressions.",
            examples=("OUTPUT", {"ID": "json.data.id"}),
        ),
    ] = None
    assert_: Annotated[
        ConditionText | Assertion | tuple[ConditionText | Assertion, ...] | None,
        key(
            "What must hold of the output: `{empty: true}`, an expression, `{that, message}`, or"
            " a list.",
            examples=({"empty": False}, {"that": "exit_code == 0", "message": "it failed"}),
        ),
    ] = field(default=None, name="assert")
    danger: Annotated[
        bool,
        key(
            "Marks a step that changes or destroys things: the plan shows it, and it is asked "
            "before."
        ),
    ] = False
    confirm: Annotated[
        Message | None, key("A question to ask before this very step.", never_blank=True)
    ] = None
    retry: Annotated[
        Retry | None, key("Try a failed step again.", examples=({"attempts": 3, "delay": "2s"},))
    ] = None
    undo: Annotated[
        "AnyStep | None",
        key(
            "A step that takes this one back; offered, last first, when a run fails or is aborted."
        ),
    ] = None
    settles: Annotated[
        LiteralName | None,
        key(
            "The id of an earlier step that this one takes back: once it has succeeded the `undo` "
            "of that step, and of those inside it, is not offered any more.",
            never_blank=True,
        ),
    ] = None
    idempotent: Annotated[
        bool, key("Whether the step may simply run again after a crash in the middle of it.")
    ] = False
    read_only: Annotated[
        bool | None,
        key(
            "true: the step only looks, which plan and overview believe where the file is trusted; "
            "false: it may change things."
        ),
    ] = None
    show: Annotated[
        Literal["text", "json", "table", "none"] | ShownTable,
        key(
            "How its output is shown: as it is, as pretty JSON, as a table (of its kind, where columns are "
            "not given), or not at all. A failure is always shown as it was printed.",
            examples=(
                "json",
                "table",
                {"table": {"rows": "json.items", "columns": ["name", "status"]}},
            ),
        ),
    ] = "text"
    foreach: Annotated[
        Items | Inventory | tuple[JsonTree, ...] | None,
        key(
            "A list, an expression that gives one, or an inventory that is asked for one: the step runs "
            "for each of its items.",
            examples=(["eu1", "us1"], "REGIONS", "json.data", {"ssh_config": "web-*"}),
        ),
    ] = None
    label: Annotated[
        Message | None,
        key(
            "How an item of the `foreach` is called on screen and in the record.",
            examples=("{{ item.name }}", "{{ loop.index }} of {{ loop.length }}"),
        ),
    ] = None
    keep_going: Annotated[
        bool, key("Run all items, also behind one that fails; the step fails if one did.")
    ] = False
    as_: Annotated[LiteralName, key("The name of the item inside the step.")] = field(
        default="item", name="as"
    )
    max_parallel: Annotated[
        Share | None,
        key(
            "How many items, or steps of a parallel step, run at once: a number, or a part of "
            "them all.",
            examples=(3, "10%"),
        ),
    ] = None
    canary: Annotated[
        Share | None,
        key(
            "How many items of a `foreach` run first and alone, a number or a part of them all; then "
            "somebody is asked whether the others shall.",
            examples=(1, "10%"),
        ),
    ] = None
    canary_confirm: Annotated[
        bool,
        key("false: the others begin without a question once the `canary` items have ended well."),
    ] = True
    batch_pause: Annotated[
        Seconds | None,
        key(
            "The items of a `foreach` begin in batches of `max_parallel`, and so long is waited between "
            "two of them.",
            examples=("30s", "5m"),
        ),
    ] = None
    max_errors: Annotated[
        Tolerance | None,
        key(
            "How many items of a `foreach` may fail, a number or a part of them all: no new one begins "
            "once more have. 0 where nothing is said.",
            examples=(2, "10%"),
        ),
    ] = None
    unreachable: Annotated[
        Literal["fail", "ignore"],
        key(
            "What becomes of an item of a `foreach` whose host cannot be reached. `fail`: it failed. "
            "`ignore`: it is warned, and counts as no failure."
        ),
    ] = "fail"
    env: Annotated[
        dict[str, PlainText],
        key("Environment variables for this step's processes, added to the operator's."),
    ] = field(default_factory=dict)
    cwd: Annotated[
        FileName | None,
        key(
            "The directory of this step's processes; where the program was started if nothing is"
            " said."
        ),
    ] = None
    cleared: Annotated[tuple[str, ...], filled_in()] = ()
    """Keys that are null in the file: what the runbook's `defaults` say of them is not for this step."""
    output_limit: Annotated[
        Size | None,
        key(
            "How much output is kept on disk, such as 64 MiB; beyond it the middle is dropped.",
            examples=("64 MiB",),
        ),
    ] = None

    @property
    def asks_after_canary(self) -> bool:
        """Whether somebody is asked when the first items of its `foreach` have ended."""
        return self.canary is not None and self.canary_confirm

    @property
    def asks_beside(self) -> bool:
        """Whether somebody is asked before it, or in the middle of its `foreach`."""
        return self.confirm is not None or self.asks_after_canary

    @property
    def may_keep_going(self) -> bool:
        """Whether an item of its `foreach` that fails may let the others begin all the same."""
        return self.keep_going or self.max_errors not in (None, 0, "0", "0%")

    @property
    def asks_datadog(self) -> bool:
        """Whether it needs credentials of Datadog itself; of a block what stands inside tells that."""
        return False

    @property
    def shows(self) -> Literal["text", "json", "table", "none"]:
        """How its output is shown where it succeeded."""
        return self.show if isinstance(self.show, str) else "table"

    @property
    def shows_tables(self) -> bool:
        """Whether people are shown tables that this program made."""
        return self.shows == "table"

    @property
    def kind(self) -> str:
        tag = self.__struct_config__.tag
        assert isinstance(tag, str)
        return tag

    @property
    def listed_kind(self) -> str:
        """The kind as lists tell it."""
        return self.short_kind or self.kind

    @property
    def waits_for(self) -> str | int | float | None:
        """The duration of a wait, if to wait is all that it does."""
        return None

    @property
    def stops_as(self) -> StopStatus | None:
        """How it lets the runbook end that it stands in, if to end it is all that it does."""
        return None

    @property
    def inside(self) -> "tuple[AnyStep, ...]":
        """The steps that it holds, in the order of the file."""
        return ()

    @property
    def called(self) -> "Runbook | None":
        """The runbook that it runs; the steps inside it are that runbook's."""
        return None

    @property
    def inside_from(self) -> str:
        """Where the steps inside it come from, in words; empty if they stand in the runbook itself."""
        return ""

    @property
    def fails_fast(self) -> bool:
        """Whether the first of the steps inside that fails cancels the others."""
        return False

    @property
    def asked(self) -> dict[str, Variable]:
        """The values that it asks for."""
        return {}

    @property
    def outputs(self) -> dict[str, str]:
        """What the group that it calls gives back: names, each with an expression."""
        return {}

    @property
    def calls(self) -> tuple[dict[str, Variable], dict[str, Any]] | None:
        """The variables of the group or runbook that it calls, and what is given for them."""
        return None

    @property
    def place(self) -> int:
        """The number of the place that the file lies in which it calls."""
        return 0

    @property
    def action(self) -> CalledAction | None:
        """The action of an integration that it calls."""
        return None

    @property
    def says_it_changes(self) -> bool:
        """Whether it calls an action that, by what it says itself, changes or destroys something."""
        return self.action is not None and self.action.effect != "read"

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
    def secret_captures(self) -> frozenset[str]:
        """The captures that the file says are secret."""
        return frozenset(name for name, capture in self.captures.items() if capture.secret)

    @property
    def assertions(self) -> tuple[Assertion, ...]:
        """Assertions in order, whichever form the file uses."""
        if self.assert_ is None:
            return ()
        given = self.assert_ if isinstance(self.assert_, tuple) else (self.assert_,)
        return tuple(a if isinstance(a, Assertion) else Assertion(that=a) for a in given)


_HostKey = Annotated[
    HostName | None,
    key(
        "The host on which scripts run, through the installed `ssh`: an alias of its configuration, a name "
        "or an address.",
        examples=("web1.example.com", "{{ item }}"),
        never_blank=True,
    ),
]


_UserKey = Annotated[
    UserName | None,
    key(
        "Who logs in to the host; as the configuration of `ssh` says if nothing is said.",
        never_blank=True,
    ),
]
_PortKey = Annotated[
    Port | None,
    key(
        "The port of the host's `ssh`; as its configuration says if nothing is said.",
        examples=(2222,),
    ),
]
_BecomeKey = Annotated[
    bool | None, key("Whether scripts run on the host as root, through `sudo -n`.")
]


class ShellStep(Step, frozen=True, kw_only=True, tag="shell"):
    """Runs a script. Values reach it as data, never as code."""

    line: ClassVar[tuple[str, ...]] = ("{run}",)
    acts: ClassVar[str] = ON_THIS_COMPUTER

    run: Annotated[
        Script,
        key(
            "The script. In it {{ NAME }} becomes a reference to the value, quoted for its place.",
            examples=("kubectl -n {{ NAMESPACE }} rollout status deploy/{{ SERVICE }}",),
            never_blank=True,
        ),
    ]
    shell: Annotated[
        InterpreterText,
        key(
            "What runs it: `sh`, `bash`, `dash`, `ksh` or `zsh`; or a program that is no shell, with "
            "its words, whose script takes no values. The first line `#!…` of the script says it too.",
            examples=("bash", "python3", ["node", "-"]),
            never_blank=True,
        ),
    ] = "sh"
    strict: Annotated[
        bool,
        key(
            "Stop at the first command that fails: `set -e`, and `pipefail` where the shell has it."
        ),
    ] = False
    stdin: Annotated[
        Stdin | None,
        key("What the script reads on standard input; nothing where it is left out.", sent="stdin"),
    ] = None
    tty: Annotated[bool, key("Give the script a terminal of its own.")] = False
    interactive: Annotated[bool, key("Give the script the operator's own terminal.")] = False
    success_codes: Annotated[
        tuple[int, ...], Meta(min_length=1), key("The exit codes that count as success.")
    ] = (0,)
    host: _HostKey = None
    user: _UserKey = None
    port: _PortKey = None
    become: _BecomeKey = None


class PupStep(Step, frozen=True, kw_only=True, tag="pup"):
    """Runs a `pup` subcommand, by the installed `pup` or the built-in Datadog client."""

    line: ClassVar[tuple[str, ...]] = ("pup {run}",)
    acts: ClassVar[str] = "in Datadog"

    run: Annotated[
        Subcommand,
        key(
            "The subcommand and its arguments; a value never becomes two words.",
            examples=("monitors get {{ MONITOR_ID }}",),
            never_blank=True,
        ),
    ]

    @property
    def asks_datadog(self) -> bool:
        return True


class SqlStep(Step, frozen=True, kw_only=True, tag="sql"):
    """Has a database carry out statements. Values are parameters, never a part of a statement."""

    line: ClassVar[tuple[str, ...]] = ("{url}", "service {service}")
    needs_one_of: ClassVar[tuple[str, ...]] = ("url", "service")

    query: Annotated[
        Statements,
        key(
            "One or several statements. In them {{ NAME }} is a parameter; a name goes through"
            " `| sql_name`.",
            examples=("select * from orders where id = {{ ID }}",),
            never_blank=True,
            sent="statement",
        ),
    ]
    url: Annotated[
        DatabaseUrl | None,
        key(
            "Where the database is; a password in it is a value.",
            examples=("postgresql://app:{{ PASSWORD }}@db.example.com/shop", "sqlite:///app.db"),
            never_blank=True,
        ),
    ] = None
    service: Annotated[
        Resource | None,
        key(
            "The name of a service in PostgreSQL's pg_service.conf, or of a group in MySQL's "
            "option files.",
            examples=("shop-replica",),
            never_blank=True,
        ),
    ] = None
    engine: Annotated[
        Engine | None,
        key(
            "Which database it is; where nothing is said, the beginning of `url` tells it, and a"
            " `service` is one of PostgreSQL."
        ),
    ] = None
    format: Annotated[
        Literal["table", "json"],
        key("How rows are shown; captures and conditions see them as JSON either way."),
    ] = "table"
    max_rows: Annotated[Count, key("How many rows are taken at most.")] = 1000
    autocommit: Annotated[
        bool,
        key(
            "Carry out each statement for itself, and not all in one transaction: for VACUUM and"
            " the like."
        ),
    ] = False

    @property
    def shows_tables(self) -> bool:
        return self.shows == "table" or self.format == "table"


class HttpStep(Step, frozen=True, kw_only=True, tag="http"):
    """Sends one HTTP request."""

    line: ClassVar[tuple[str, ...]] = ("{method} {url}", "into {output_file}")
    attempt_timeout: ClassVar[float | None] = 30.0

    url: Annotated[
        Address,
        key(
            "Where the request goes; what begins with / goes to the Datadog API with its "
            "credentials.",
            examples=("/api/v1/monitor", "https://flags.example.com/v1/{{ FLAG_KEY }}"),
            never_blank=True,
        ),
    ]
    method: Annotated[Method, key("The method of the request.")] = "GET"
    query: Annotated[dict[str, QueryValue], key("Parameters that are added to the URL.")] = field(
        default_factory=dict
    )
    headers: Annotated[dict[str, Header], key("Headers of the request.")] = field(
        default_factory=dict
    )
    json: Annotated[
        JsonTree | msgspec.UnsetType,
        key("A JSON body; a value that stands alone in its text keeps its type.", sent="body"),
    ] = msgspec.UNSET
    form: Annotated[dict[str, PlainText] | None, key("A body of form fields.", sent="body")] = None
    body: Annotated[PlainText | None, key("The body as text.", sent="body")] = None
    body_file: Annotated[
        FileName | None, key("A file whose content is the body.", sent="body_file")
    ] = None
    content_type: Annotated[Header | None, key("The body's Content-Type.")] = None
    accept: Annotated[Header | None, key("The Accept header.")] = None
    output_file: Annotated[
        WrittenFile | None, key("A file into which the answer's body is written.")
    ] = None
    expect_status: Annotated[
        StatusPattern | tuple[StatusPattern, ...] | None,
        key(
            "The status codes that count as success, such as 204, 2xx or a list; 2xx where "
            "nothing is said.",
            examples=(204, "2xx", [200, 404]),
        ),
    ] = None
    pages: Annotated[
        PagedAnswer | None,
        key(
            "How to ask for the pages behind the first, so that the output is the whole list.",
            examples=({"by": "cursor", "items": "data", "next": "meta.next", "query": "cursor"},),
        ),
    ] = None
    follow_redirects: Annotated[bool, key("Whether a redirect is followed.")] = False
    verify: Annotated[bool, key("Whether the server's certificate is checked.")] = True

    @property
    def asks_datadog(self) -> bool:
        from pup_tui.template.url import is_datadog_path

        return is_datadog_path(self.url)


class WorkflowStep(Step, frozen=True, kw_only=True, tag="datadog-workflow"):
    """Starts a Datadog Workflow and follows it until it ends."""

    short_kind: ClassVar[str] = "workflow"
    line: ClassVar[tuple[str, ...]] = (
        "run workflow {workflow_id}",
        "with {inputs}",
    )
    follows: ClassVar[bool] = True
    mutates: ClassVar[bool | None] = True
    acts: ClassVar[str] = "in Datadog"

    workflow_id: Annotated[Resource, key("The id of the Datadog Workflow.", never_blank=True)]
    inputs: Annotated[dict[str, JsonTree], key("The workflow's inputs.")] = field(
        default_factory=dict
    )

    @property
    def asks_datadog(self) -> bool:
        return True


class ConfirmStep(Step, frozen=True, kw_only=True, tag="confirm"):
    """Asks the operator; a no ends the run."""

    line: ClassVar[tuple[str, ...]] = ("{message}",)
    is_question: ClassVar[bool] = True
    is_gate: ClassVar[bool] = True
    has_output: ClassVar[bool] = False
    mutates: ClassVar[bool | None] = False

    message: Annotated[Message, key("The question.", never_blank=True)]
    expect: Annotated[
        Expect | None, key("A text that must be typed to say yes.", never_blank=True)
    ] = None


class ManualStep(Step, frozen=True, kw_only=True, tag="manual"):
    """Something that a person does."""

    line: ClassVar[tuple[str, ...]] = ("{message}", "\n{checklist}")
    needs_one_of: ClassVar[tuple[str, ...]] = ("message", "checklist")
    is_question: ClassVar[bool] = True
    has_output: ClassVar[bool] = False
    mutates: ClassVar[bool | None] = False

    message: Annotated[Message, key("What is to be done.")] = ""
    checklist: Annotated[tuple[Message, ...], key("Items that are ticked one by one.")] = ()


class InputStep(Step, frozen=True, kw_only=True, tag="input"):
    """Asks for values in mid-run.

    They become variables.
    """

    line: ClassVar[tuple[str, ...]] = ("{message}",)
    is_question: ClassVar[bool] = True
    asks_values: ClassVar[bool] = True
    has_output: ClassVar[bool] = False
    mutates: ClassVar[bool | None] = False

    message: Annotated[Message, key("What is shown over the form.")] = ""
    vars: Annotated[
        dict[str, Variable], key("The values to ask for, as under the runbook's `vars`.")
    ]

    @property
    def asked(self) -> dict[str, Variable]:
        return self.vars


class WaitStep(Step, frozen=True, kw_only=True, tag="wait"):
    """Waits, with a countdown that can be cut short."""

    line: ClassVar[tuple[str, ...]] = ("wait {duration}",)
    has_output: ClassVar[bool] = False
    mutates: ClassVar[bool | None] = False

    duration: Annotated[Seconds, key("How long to wait.", examples=("30s",), never_blank=True)]

    @property
    def waits_for(self) -> str | int | float:
        return self.duration


class StopStep(Step, frozen=True, kw_only=True, tag="stop"):
    """Ends the runbook that it stands in; nothing behind it begins but the cleanup."""

    line: ClassVar[tuple[str, ...]] = ("stop as {status}", "({message})")
    has_output: ClassVar[bool] = False
    mutates: ClassVar[bool | None] = False

    status: Annotated[
        StopStatus,
        key("How the runbook ends. A called one that has `failed` or `aborted` fails its step."),
    ] = "succeeded"
    message: Annotated[
        Message, key("Why: the reason of the run, and of the steps that are skipped.")
    ] = ""

    @property
    def stops_as(self) -> StopStatus:
        return self.status


class NotifyStep(Step, frozen=True, kw_only=True, tag="notify"):
    """Sends a message through any service that Apprise knows."""

    line: ClassVar[tuple[str, ...]] = (
        "notify {to}:",
        "{title}",
        "{message}",
    )
    mutates: ClassVar[bool | None] = True

    to: Annotated[
        Target | Annotated[tuple[Target, ...], Meta(min_length=1)],
        key(
            "An Apprise URL such as slack://…, or a list of them.",
            examples=("slack://{{ SLACK_TOKEN }}/#incidents",),
        ),
    ]
    title: Annotated[Message, key("The message's title.")] = ""
    message: Annotated[Message, key("The message.", never_blank=True)]
    type: Annotated[
        NotifyType,
        key("What the message is about; services show it by a sign or a colour."),
    ] = "info"


class Call(Section, frozen=True, kw_only=True):
    """What makes a group of steps out of a file: its `params` and `outputs`, and where it was found.

    `place` is the number of the pack whose file it is, 0 for the runbook's own directory. Of an `action` of
    an integration the settings are among the `params`.
    """

    template: str
    action: Annotated[CalledAction | None, filled_in()] = None
    place: Annotated[int, filled_in()] = 0
    description: Annotated[Markdown, key("Markdown: what the group is for.")] = ""
    params: Annotated[
        dict[str, Variable],
        key(
            "The values that the group takes, as under a runbook's `vars`. Its steps see no others."
        ),
    ] = field(default_factory=dict)
    outputs: Annotated[
        dict[str, ExpressionText], key("What the group gives back: names, each with an expression.")
    ] = field(default_factory=dict)


class GroupStep(Step, frozen=True, kw_only=True, tag="group"):
    """A block of steps with a name.

    With a `call` it stands for a group from a file: its steps see `params` only. `given`
    are the values of the step's `with`.
    """

    line: ClassVar[tuple[str, ...]] = ("{steps}",)
    is_block: ClassVar[bool] = True
    has_output: ClassVar[bool] = False

    steps: Annotated["tuple[AnyStep, ...]", Meta(min_length=1), key("The steps of the block.")]
    given: Annotated[dict[str, JsonTree], key("Values for the `params` of a group.")] = field(
        default_factory=dict, name="with"
    )
    call: Annotated[Call | None, filled_in()] = None
    host: _HostKey = None
    user: _UserKey = None
    port: _PortKey = None
    become: _BecomeKey = None

    @property
    def inside(self) -> "tuple[AnyStep, ...]":
        return self.steps

    @property
    def calls(self) -> tuple[dict[str, Variable], dict[str, Any]] | None:
        return None if self.call is None else (self.call.params, self.given)

    @property
    def inside_from(self) -> str:
        return "" if self.call is None else f"from {self.call.template}"

    @property
    def outputs(self) -> dict[str, str]:
        return {} if self.call is None else self.call.outputs

    @property
    def place(self) -> int:
        return 0 if self.call is None else self.call.place

    @property
    def action(self) -> CalledAction | None:
        return None if self.call is None else self.call.action


class ParallelStep(Step, frozen=True, kw_only=True, tag="parallel"):
    """Runs its steps side by side.

    With `fail_fast` the first that fails cancels the others.
    """

    line: ClassVar[tuple[str, ...]] = ("{steps}",)
    is_block: ClassVar[bool] = True
    side_by_side: ClassVar[bool] = True
    has_output: ClassVar[bool] = False

    steps: Annotated[
        "tuple[AnyStep, ...]", Meta(min_length=1), key("The steps that run side by side.")
    ]
    fail_fast: Annotated[bool, key("Whether the first step that fails cancels the others.")] = False

    @property
    def inside(self) -> "tuple[AnyStep, ...]":
        return self.steps

    @property
    def fails_fast(self) -> bool:
        return self.fail_fast


class RunbookStep(Step, frozen=True, kw_only=True, tag="runbook"):
    """Runs another runbook as a block of steps.

    It sees its own variables only; `called` is that runbook.
    """

    line: ClassVar[tuple[str, ...]] = ("run the runbook {runbook}",)
    is_block: ClassVar[bool] = True
    has_output: ClassVar[bool] = False

    runbook: Annotated[LiteralName, key("The runbook's id.", never_blank=True)]
    vars: Annotated[dict[str, JsonTree], key("Values for its variables.")] = field(
        default_factory=dict
    )
    called: Annotated["Runbook | None", filled_in()] = None

    @property
    def inside(self) -> "tuple[AnyStep, ...]":
        return () if self.called is None else self.called.steps

    @property
    def calls(self) -> tuple[dict[str, Variable], dict[str, Any]] | None:
        return None if self.called is None else (self.called.vars, self.vars)

    @property
    def inside_from(self) -> str:
        return f"runbook {self.runbook}"

    @property
    def place(self) -> int:
        return 0 if self.called is None else self.called.place


AnyStep = (
    ShellStep
    | PupStep
    | SqlStep
    | HttpStep
    | WorkflowStep
    | ConfirmStep
    | ManualStep
    | InputStep
    | WaitStep
    | StopStep
    | NotifyStep
    | GroupStep
    | ParallelStep
    | RunbookStep
)


HostedStep = ShellStep | GroupStep
"""What can run on another computer, or whose steps can: they inherit what they do not say."""


class Defaults(Section, frozen=True, kw_only=True):
    """What every step has that does not say otherwise."""

    timeout: Annotated[
        Seconds | None, key("The timeout of every step that has none of its own.")
    ] = None
    retry: Annotated[Retry | None, key("The retry of every step that has none of its own.")] = None
    on_failure: Annotated[
        OnFailure | None, key("What every step does on a failure that does not say so itself.")
    ] = None
    env: Annotated[
        dict[str, PlainText], key("Environment variables for the processes of every step.")
    ] = field(default_factory=dict)
    cwd: Annotated[FileName | None, key("The directory of the processes of every step.")] = None
    host: _HostKey = None
    strict: Annotated[
        bool | None, key("Whether scripts of shells stop at the first command that fails.")
    ] = None
    shell: Annotated[
        InterpreterText | None,
        key("What runs scripts that do not say so themselves.", never_blank=True),
    ] = None

    def without(self, keys: tuple[str, ...]) -> "Defaults":
        """The same with nothing said of these keys."""
        if not keys:
            return self
        return msgspec.structs.replace(self, **{key: _NO_DEFAULTS[key] for key in keys})


_NO_DEFAULTS = msgspec.structs.asdict(Defaults())


class Runbook(Section, frozen=True, kw_only=True):
    """One runbook file, with the step templates it names filled in and every step's id set.

    `place` is the number of the pack whose file it is, 0 for that of the run's own runbook.
    """

    place: Annotated[int, filled_in()] = 0

    name: Annotated[Name, key("The runbook's name; it is run by the file's name.")]
    description: Annotated[Markdown, key("Markdown: what it is for, when to use it.")] = ""
    tags: Annotated[
        dict[str, str],
        key(
            "Pairs by which the catalog groups and filters.",
            examples=({"type": "incident", "team": "platform"},),
        ),
    ] = field(default_factory=dict)
    owner: Annotated[str, key("Who looks after the runbook.")] = ""
    links: Annotated[tuple[Link, ...], key("Pages that belong to it.")] = ()
    vars: Annotated[dict[str, Variable], key("The inputs of a run; a bare value is a default.")] = (
        field(default_factory=dict)
    )
    import_: Annotated[
        tuple[LiteralName, ...], key("Step groups of packs that `template` may name.")
    ] = field(default=(), name="import")
    lock: Annotated[
        LockValue | None,
        key(
            "Only one run at a time holds this lock, such as flag/{{ FLAG_KEY }}.",
            examples=("flag/{{ FLAG_KEY }}",),
            never_blank=True,
        ),
    ] = None
    profiles: Annotated[
        Annotated[tuple[FilledName, ...], Meta(min_length=1)] | None,
        key(
            "The profiles with which it may run; a run without one of them is refused.",
            examples=(["staging", "production"],),
        ),
    ] = None
    alerts: Annotated[
        tuple[AlertMatch, ...],
        key(
            "Which alerts it answers, and how they fill its variables.",
            examples=(
                [
                    {
                        "match": {"alertname": "Payments*", "severity": ["critical", "high"]},
                        "vars": {"FLAG_KEY": "alert.labels.flag"},
                    }
                ],
            ),
        ),
    ] = ()
    agents: Annotated[
        AgentsMay,
        key(
            "What agents may do with it: nothing at all, plan a run, or also ask a person for one.",
            examples=("request",),
        ),
    ] = "plan"
    requires: Annotated[
        dict[str, Versions | Requirement],
        key(
            "Programs that have to be there, and which versions of them will do: looked at before a "
            "run begins.",
            examples=({"kubectl": ">=1.28"},),
        ),
    ] = field(default_factory=dict)
    manual_time: Annotated[
        Seconds | None,
        key(
            "What the work takes by hand, as whoever looks after it says: for the statistics.",
            examples=("20m",),
            never_blank=True,
        ),
    ] = None
    defaults: Annotated[Defaults, key("What every step has that does not say otherwise.")] = (
        Defaults()
    )
    steps: Annotated[
        "tuple[AnyStep, ...]",
        Meta(min_length=1, max_length=1000),
        key("What is done, in this order."),
    ]

    @property
    def requirements(self) -> dict[str, Requirement]:
        """What has to be there, by the name of the program."""
        return whole_requirements(self.requires)

    def refuses(self, profile: str) -> str:
        """Why it does not run with the profile of this name, empty where it does."""
        if self.profiles is None or profile in self.profiles:
            return ""
        with_it = f"not with `{profile}`" if profile else "not without one"
        return f"it runs with the profiles {', '.join(self.profiles)} only, {with_it}"
