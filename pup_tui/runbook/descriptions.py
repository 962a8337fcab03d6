"""What each key of a runbook file means, for people who write one: editors show it beside the key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pup_tui.runbook import model

_LINK = {"title": "What the link leads to.", "url": "Where it leads, https://…"}

_CHOICE = {
    "value": "The value itself, as text.",
    "label": "What the form shows in place of the value.",
}

_CHOICES_FROM = {
    "run": "A command whose output lines, or JSON list, are the choices. It may use the variables above. "
    "It runs from the form or at the start of a run, never when the file is loaded or planned.",
    "timeout": "How long the command may take; 10s where nothing is said.",
}

_VARIABLE = {
    "description": "What the form tells about the variable.",
    "type": "What the value must be: `string` (one line), `text` (several lines), `integer`, `number`, "
    "`boolean`, `enum` (one of `choices`), `duration`, `url`, `file`, or `secret` (never shown or recorded).",
    "required": "Whether a run needs a value. A variable with a default may be left out in any case.",
    "default": "The value where none is given; it may use the variables above it in {{ }}.",
    "choices": "The values of an `enum`, each plain or with a label.",
    "choices_from": "A command that lists the choices, plain or with a timeout.",
    "pattern": "A regular expression that must match the whole value.",
    "min": "The least number that is allowed.",
    "max": "The largest number that is allowed.",
    "min_length": "The least number of characters.",
    "max_length": "The largest number of characters.",
    "from": "Where the value comes from when none is given: env:NAME, keyring:SERVICE/USER, "
    "command:COMMAND (its trimmed output) or file:PATH.",
    "when": "An expression over the variables above; the variable is asked for only where it is true.",
}

_CAPTURE = {
    "value": "An expression over the step's output, such as json.data.id; the whole output where left out.",
    "secret": "Whether the captured value is hidden like a variable of type secret.",
}

_ASSERTION = {
    "that": "The condition that must hold: an expression or a short form such as `status == OK`.",
    "empty": "true: the output must be empty; false: it must not be.",
    "message": "What is shown when it does not hold. A message alone is a reminder and checks nothing.",
}

_POLL = {
    "interval": "The time between two attempts, at least 100ms; 30s where nothing is said, 5s for a Datadog "
    "Workflow.",
    "timeout": "How long to wait altogether; 10m where nothing is said. After it the step fails.",
    "until": "The condition to wait for: an expression, or `empty`, `status == OK`, `value < 5`, "
    "`decreasing`, `increasing`, `decreasing over 3`.",
    "fail_if": "A condition that ends the waiting at once and fails the step.",
    "max_attempts": "The largest number of attempts; no limit but the timeout where nothing is said.",
}

_RETRY = {
    "attempts": "How often the step is tried altogether.",
    "delay": "The pause before the second attempt; 1s where nothing is said.",
    "backoff": "What the pause is multiplied by after each attempt; 2 where nothing is said.",
    "max_delay": "The longest pause; 60s where nothing is said.",
    "on": "Try again only where this condition holds of the failed attempt.",
}

STEP: Final[Mapping[str, str]] = {
    "name": "What the step is called in the list of steps.",
    "id": "How later steps name it: steps.ID.output. It comes from the name where it is not given.",
    "description": "Markdown shown beside the step: what to look for.",
    "links": "Pages that help with this step.",
    "when": "`on_success`: if there is no failure and no closed gate before it. `on_failure`: if there is a "
    "failure. `always`: with or without one, but never past a closed gate. `cleanup`: at the end of the run, "
    "whatever happened.",
    "if": "An expression over variables and earlier results; where it is false the step is skipped.",
    "optional": "Skip the step where its tool is not installed or its target is empty; warn where it fails.",
    "on_failure": "`fail`: the run fails. `warn`: the step is shown as warned and the run goes on. `ignore`: "
    "the same without making the run's result a warning. `confirm`: ask whether to retry, continue or abort.",
    "timeout": "How long one attempt may take. http has 30s where nothing is said, other kinds no limit.",
    "poll": "Repeat the step until a condition holds.",
    "capture": "Names for parts of the output that later steps use: NAME for all of it, or a map of names to "
    "expressions.",
    "assert": "What must hold of the output: `{empty: true}`, an expression, `{that, message}`, or a list.",
    "danger": "Marks a step that changes or destroys things: the plan shows it, and it is asked before.",
    "confirm": "A question to ask before this very step.",
    "retry": "Try a failed step again.",
    "undo": "A step that takes this one back; offered, last first, when a run fails or is aborted.",
    "idempotent": "Whether the step may simply run again after a crash in the middle of it.",
    "foreach": "A list, or an expression that gives one: the step runs for each of its items.",
    "as": "The name of the item inside the step.",
    "max_parallel": "How many items, or steps of a parallel step, run at once.",
    "env": "Environment variables for this step's processes, added to the operator's.",
    "cwd": "The directory of this step's processes; where the program was started if nothing is said.",
    "output_limit": "How much output is kept on disk, such as 64 MiB; beyond it the middle is dropped.",
}
"""The keys that every kind of step has."""

KIND_DESCRIPTION: Final[Mapping[str, str]] = {
    "shell": "Runs a script. Values reach it as data, never as code.",
    "pup": "Runs a `pup` subcommand, by the installed `pup` or the built-in Datadog client.",
    "http": "Sends one HTTP request.",
    "datadog-workflow": "Starts a Datadog Workflow and follows it until it ends.",
    "confirm": "Asks the operator; a no ends the run.",
    "manual": "Something that a person does.",
    "input": "Asks for values in mid-run.",
    "wait": "Waits, with a countdown that can be cut short.",
    "notify": "Sends a message through any service that Apprise knows.",
    "group": "A block of steps with a name.",
    "parallel": "Runs its steps side by side.",
    "runbook": "Runs another runbook as a block of steps.",
}

TEMPLATE_KEYS: Final[Mapping[str, str]] = {
    "kind": "What the step does.",
    "template": "A file _templates/NAME.yaml: one step whose keys fill what this step leaves unset (null "
    "here clears one), or a group of steps.",
    "with": "Values for the `params` of a group.",
}
"""The keys of a step by which it is made into one of a kind."""

DESCRIPTIONS: Final[Mapping[type, Mapping[str, str]]] = {
    model.Link: _LINK,
    model.Choice: _CHOICE,
    model.ChoicesFrom: _CHOICES_FROM,
    model.Variable: _VARIABLE,
    model.Capture: _CAPTURE,
    model.Assertion: _ASSERTION,
    model.Poll: _POLL,
    model.Retry: _RETRY,
    model.ShellStep: {
        "run": "The script. In it {{ NAME }} becomes a reference to the value, quoted for its place.",
        "shell": "The shell that runs it.",
        "stdin": "What the script reads on standard input; nothing where it is left out.",
        "tty": "Give the script a terminal of its own.",
        "interactive": "Give the script the operator's own terminal.",
        "success_codes": "The exit codes that count as success.",
    },
    model.PupStep: {
        "run": "The subcommand and its arguments; a value never becomes two words.",
    },
    model.HttpStep: {
        "url": "Where the request goes; what begins with / goes to the Datadog API with its credentials.",
        "method": "The method of the request.",
        "query": "Parameters that are added to the URL.",
        "headers": "Headers of the request.",
        "json": "A JSON body; a value that stands alone in its text keeps its type.",
        "form": "A body of form fields.",
        "body": "The body as text.",
        "body_file": "A file whose content is the body.",
        "content_type": "The body's Content-Type.",
        "accept": "The Accept header.",
        "output_file": "A file into which the answer's body is written.",
        "expect_status": "The status codes that count as success, such as 204, 2xx or a list; 2xx where "
        "nothing is said.",
        "follow_redirects": "Whether a redirect is followed.",
        "verify": "Whether the server's certificate is checked.",
    },
    model.WorkflowStep: {
        "workflow_id": "The id of the Datadog Workflow.",
        "inputs": "The workflow's inputs.",
    },
    model.ConfirmStep: {
        "message": "The question.",
        "expect": "A text that must be typed to say yes.",
    },
    model.ManualStep: {
        "message": "What is to be done.",
        "checklist": "Items that are ticked one by one.",
    },
    model.InputStep: {
        "message": "What is shown over the form.",
        "vars": "The values to ask for, as under the runbook's `vars`.",
    },
    model.WaitStep: {"duration": "How long to wait."},
    model.NotifyStep: {
        "to": "An Apprise URL such as slack://…, or a list of them.",
        "title": "The message's title.",
        "message": "The message.",
    },
    model.GroupStep: {
        "steps": "The steps of the block.",
        "with": TEMPLATE_KEYS["with"],
    },
    model.ParallelStep: {
        "steps": "The steps that run side by side.",
        "fail_fast": "Whether the first step that fails cancels the others.",
    },
    model.RunbookStep: {
        "runbook": "The runbook's id.",
        "vars": "Values for its variables.",
    },
    model.Defaults: {
        "timeout": "The timeout of every step that has none of its own.",
        "retry": "The retry of every step that has none of its own.",
        "on_failure": "What every step does on a failure that does not say so itself.",
        "env": "Environment variables for the processes of every step.",
        "cwd": "The directory of the processes of every step.",
    },
    model.Call: {
        "description": "Markdown: what the group is for.",
        "params": "The values that the group takes, as under a runbook's `vars`. Its steps see no others.",
        "outputs": "What the group gives back: names, each with an expression.",
    },
    model.Runbook: {
        "name": "The runbook's name; it is run by the file's name.",
        "description": "Markdown: what it is for, when to use it.",
        "tags": "Pairs by which the catalog groups and filters.",
        "owner": "Who looks after the runbook.",
        "links": "Pages that belong to it.",
        "vars": "The inputs of a run; a bare value is a default.",
        "import": "Step groups of packs that `template` may name.",
        "lock": "Only one run at a time holds this lock, such as flag/{{ FLAG_KEY }}.",
        "defaults": "What every step has that does not say otherwise.",
        "steps": "What is done, in this order.",
    },
}
"""By the model's struct and the key of the file; a step's own keys without those in `STEP`."""

EXAMPLES: Final[Mapping[tuple[type, str], tuple[object, ...]]] = {
    (model.Runbook, "tags"): ({"type": "incident", "team": "platform"},),
    (model.Runbook, "lock"): ("flag/{{ FLAG_KEY }}",),
    (model.Variable, "pattern"): ("[a-z0-9-]+",),
    (model.Variable, "from"): ("env:FLAG_TOKEN", "keyring:flags/ada", "file:/run/secrets/token"),
    (model.Step, "if"): ("ENV == 'production'", "INCIDENTS > 0"),
    (model.Step, "timeout"): ("30s", "5m", "1h30m"),
    (model.Step, "poll"): ({"interval": "30s", "timeout": "5m", "until": "status == OK"},),
    (model.Step, "capture"): ("OUTPUT", {"ID": "json.data.id"}),
    (model.Step, "assert"): ({"empty": False}, {"that": "exit_code == 0", "message": "it failed"}),
    (model.Step, "retry"): ({"attempts": 3, "delay": "2s"},),
    (model.Step, "foreach"): (["eu1", "us1"], "REGIONS", "json.data"),
    (model.Step, "output_limit"): ("64 MiB",),
    (model.Poll, "until"): ("status == OK", "value < 5", "decreasing", "json.data | length == 0"),
    (model.HttpStep, "expect_status"): (204, "2xx", [200, 404]),
    (model.HttpStep, "url"): ("/api/v1/monitor", "https://flags.example.com/v1/{{ FLAG_KEY }}"),
    (model.NotifyStep, "to"): ("slack://{{ SLACK_TOKEN }}/#incidents",),
    (model.WaitStep, "duration"): ("30s",),
    (model.PupStep, "run"): ("monitors get {{ MONITOR_ID }}",),
    (model.ShellStep, "run"): ("kubectl -n {{ NAMESPACE }} rollout status deploy/{{ SERVICE }}",),
}
