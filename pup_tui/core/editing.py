"""A step that failed runs once more with another text, as a person makes it of the one that was rendered.

A script is changed as it ran, beside the values that it refers to: a secret is one of them, and in the record
it is `***`, in whose place the script gets what the secret is when it runs. Of
every other step its keys are changed, by their roles and as a runbook has them; a step with one such key has
the text of that alone. What is left as it was stays the author's own text: so the secrets in it are neither
shown nor recorded, and what goes to the Datadog API is still decided by that text.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

import msgspec
from msgspec import Struct, structs
from msgspec.structs import FieldInfo

from pup_tui.core.amounts import Scope
from pup_tui.core.events import EditedText
from pup_tui.core.render import Around, StepTexts
from pup_tui.core.requests import Rendered, StepRequest, render_request, request_of
from pup_tui.core.secrecy import check_secrecy
from pup_tui.runbook.allowed import Options, fields_of, inner_options, options_of
from pup_tui.runbook.model import Step
from pup_tui.runbook.roles import EDITED, Role
from pup_tui.spelling import token
from pup_tui.template.errors import TemplateError
from pup_tui.template.scanner import is_plain
from pup_tui.template.secrets import MASK, secrets_in
from pup_tui.template.text import Value
from pup_tui.template.values import Omitted

_NOTHING_LEFT: Final = "there is nothing left to run"


class Editable(Struct, frozen=True):
    """The text of a step that can be changed before it runs once more.

    `refers` are the values that stand in it by a name, as people may see them, `hides` tells that `***`
    stands in it for secrets. `sources` are the author's expressions for those names. `suffix` is that of a
    file that holds such a text. `judge` gives what is recorded of a changed text, None where nothing was
    changed; ValueError says why it cannot be run.
    """

    text: str
    refers: Mapping[str, str]
    suffix: str
    judge: Callable[[str], EditedText | None]
    hides: bool = False
    sources: Mapping[str, str] = {}


def editable_of(
    step: Step, scope: Scope, around: Around, edited: EditedText | None
) -> Editable | None:
    """What of a step can be changed, as `edited` has it; None where nothing can. Raises TemplateError."""
    kind = request_of(type(step))
    if kind.is_script:
        values = _script_values(step, scope, around)
        if values is None:
            return None
        request = render_edited(step, edited, scope, around).request
        before = EditedText(values.text, values.seen) if edited is None else edited
        return _of_script(request, before, values)
    now = step if edited is None else _with_keys(step, edited.text, scope, around)
    seen = _seen(now, scope, around)
    original = seen if now is step else _seen(step, scope, around)
    return _of_keys(step, seen, original, scope, around) if seen else None


def render_edited(step: Step, edited: EditedText | None, scope: Scope, around: Around) -> Rendered:
    """The request of a step with what was changed of it; TemplateError where that cannot be rendered."""
    if edited is None:
        return render_request(step, scope, around)
    try:
        return _rendered(step, edited, scope, around)
    except ValueError as error:
        raise TemplateError(f"its changed text cannot be run: {error}") from error


def _rendered(step: Step, edited: EditedText, scope: Scope, around: Around) -> Rendered:
    """As `render_edited`; ValueError where the changed text is none."""
    if request_of(type(step)).is_script:
        rendered = render_request(step, scope, around)
        request = rendered.request.with_text(_with_secrets(step, edited, scope, around))
        return structs.replace(rendered, request=request, shown=edited.text)
    changed = _with_keys(step, edited.text, scope, around)
    check_secrecy(changed, secrets_in(scope).names)
    return render_request(changed, scope, around)


def _of_script(request: StepRequest, before: EditedText, values: _ScriptValues) -> Editable:
    def judge(text: str) -> EditedText | None:
        changed = structs.replace(before, text=text)
        request.with_text(changed)
        return None if text == before.text else changed

    refers = {
        f"${{{name}}}": f"{MASK}, a secret" if name in values.secrets else value
        for name, value in before.values.items()
    }
    # A text that was changed before may have been made of other values.
    known = values.sources if before.values == values.seen else {}
    sources = {f"${{{name}}}": source for name, source in known.items()}
    return Editable(before.text, refers, ".sh", judge, sources=sources)


class _ScriptValues(Struct, frozen=True):
    """A script and the values that it refers to by their names, as people may see them (`seen`).

    `secrets` are those that are made out of secrets, as they are; `sources` what the author wrote for them.
    """

    text: str
    seen: dict[str, str]
    secrets: dict[str, str]
    sources: dict[str, str]


def _script_values(step: Step, scope: Scope, around: Around) -> _ScriptValues | None:
    """None where a secret stands in the text of the script itself."""
    texts = StepTexts(step, scope, around)
    keys = fields_of(type(step)).items()
    (key,) = (key for key, field in keys if options_of(field.type).role is Role.SCRIPT)
    script = texts[key]
    if script.holds_secret:
        return None
    secrets = {name: script.env[name] for name in script.secrets}
    seen = script.env | dict.fromkeys(secrets, MASK)
    sources = {
        name: " and ".join(f"{{{{ {each} }}}}" for each in written)
        for name, written in script.sources.items()
    }
    return _ScriptValues(script.script, seen, secrets, sources)


def _with_secrets(step: Step, edited: EditedText, scope: Scope, around: Around) -> EditedText:
    """A changed script with its secrets in place of their marks; ValueError where those are others."""
    values = _script_values(step, scope, around)
    if values is None or _marked(edited.values) != _marked(values.seen):
        raise ValueError("it was made of other secrets than the step has")
    return structs.replace(edited, values={**edited.values, **values.secrets})


def _marked(values: Mapping[str, str]) -> set[str]:
    return {name for name, value in values.items() if value == MASK}


def _of_keys(
    step: Step, seen: dict[str, Any], original: dict[str, Any], scope: Scope, around: Around
) -> Editable:
    def judge(text: str) -> EditedText | None:
        given = {**dict.fromkeys(seen), **_read(type(step), text, seen)}
        if _same(given, seen):
            return None
        changed = {
            key: value
            for key, value in given.items()
            if key not in original or not _same(value, original[key])
        }
        recorded = EditedText(_written(changed or given, seen))
        try:
            _rendered(step, recorded, scope, around)
        except TemplateError as error:
            raise ValueError(error.message) from error
        return recorded

    refers = dict(_values_in(StepTexts(step, scope, around)))
    suffix = ".yaml" if _alone(seen) is None else ".txt"
    text = _written(seen, seen)
    hides = MASK in text and bool(secrets_in(scope).names)
    return Editable(text, refers, suffix, judge, hides)


# Keys as a text


def _alone(seen: Mapping[str, Any]) -> str | None:
    """The only key of a step that can be changed, where there is one and it holds a text."""
    only = next(iter(seen)) if len(seen) == 1 else None
    return only if only is not None and isinstance(seen[only], str) else None


def _written(values: Mapping[str, Any], seen: Mapping[str, Any]) -> str:
    from pup_tui.runbook.key_texts import write_keys

    alone = _alone(seen)
    return write_keys(values) if alone is None else str(values[alone])


def _read(kind: type[Step], text: str, seen: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that a text gives, None for one that is left out. Raises ValueError."""
    from pup_tui.runbook.key_texts import read_keys

    alone = _alone(seen)
    if alone is None:
        return read_keys(text, kind, seen)
    if not text.strip():
        raise ValueError(_NOTHING_LEFT)
    return {alone: text}


@cache
def _open_keys(kind: type[Step]) -> dict[str, FieldInfo]:
    """The keys of a kind that can be changed: what steps of every kind have is left as it is."""
    common = fields_of(Step)
    return {
        key: field
        for key, field in fields_of(kind).items()
        if key not in common and (roles := set(_roles(options_of(field.type)))) and roles <= EDITED
    }


def _roles(options: Options) -> Iterator[Role]:
    if options.role is not None:
        yield options.role
    for inner in (options.items, options.values):
        if inner is not None:
            yield from _roles(inner_options(inner))


# Values as people may see them


def _seen(step: Step, scope: Scope, around: Around) -> dict[str, Any]:
    """The values of the keys that can be changed, as plain data without secrets."""
    texts = StepTexts(step, scope, around)
    values = {
        key: _value(texts, key, options_of(field.type))
        for key, field in _open_keys(type(step)).items()
        if getattr(step, field.name) not in (None, msgspec.UNSET)
    }
    return {key: value for key, value in values.items() if not isinstance(value, Omitted)}


def _value(texts: StepTexts, key: str, options: Options) -> Any:
    if options.role is Role.STATEMENTS:
        # A value in a statement is a parameter, and stays one.
        return getattr(texts.step, _open_keys(type(texts.step))[key].name)
    if options.role is Role.TEXT and options.sent:
        return getattr(request_of(type(texts.step)).sent(texts), options.sent)
    value = texts.seen[key]
    if options.role in (Role.ARGUMENTS, Role.SUBCOMMAND):
        return shlex.join(("pup", *value) if options.role is Role.SUBCOMMAND else value)
    return value if isinstance(value, Omitted) else _plain(value)


def _values_in(texts: StepTexts) -> Iterator[tuple[str, str]]:
    """The values that statements refer to, by how they do."""
    for key, field in _open_keys(type(texts.step)).items():
        if options_of(field.type).role is Role.STATEMENTS:
            for piece in texts.seen[key].pieces:
                if isinstance(piece, Value):
                    yield f"{{{{ {piece.source} }}}}", piece.shown


def _plain(value: Any) -> Any:
    return msgspec.json.decode(_encoded(value))


def _encoded(value: Any) -> bytes:
    return msgspec.json.encode(value, enc_hook=token)


def _same(one: Any, other: Any) -> bool:
    return _encoded(one) == _encoded(other)


# The step with what was changed


def _with_keys(step: Step, text: str, scope: Scope, around: Around) -> Step:
    """The step with the keys that a text gives. Raises ValueError, and TemplateError as the step did."""
    seen, changes = _seen(step, scope, around), dict[str, Any]()
    for key, value in _read(type(step), text, seen).items():
        field = _open_keys(type(step))[key]
        if value is None:
            changes[field.name] = _without(field)
            continue
        author = getattr(step, field.name)
        if options_of(field.type).role is Role.STATEMENTS:
            changes[field.name] = value
        else:
            changes[field.name] = _merged(author, seen.get(key), value)
    changed = structs.replace(step, **changes)
    texts = StepTexts(changed, scope, around)
    if any(texts[key] == () for key in _open_keys(type(step))):
        raise ValueError(_NOTHING_LEFT)
    if changed.read_only is True:
        _check_looking(changed)
    return changed


def _check_looking(step: Step) -> None:
    """Refuse what a step that only looks must not do: ValueError."""
    from pup_tui.runbook.looking import why_it_changes
    from pup_tui.runbook.pup_words import NO_TABLE

    if why := why_it_changes(step, NO_TABLE):
        raise ValueError(f"the step is `read_only`, and {why}")


def _without(field: FieldInfo) -> Any:
    if field.required:
        raise ValueError(f"`{field.encode_name}` is missing")
    return field.default if field.default is not msgspec.NODEFAULT else field.default_factory()


def _merged(author: Any, seen: Any, value: Any) -> Any:
    """A changed value, in which the author's texts stand wherever it is what was `seen` of them."""
    if _same(value, seen):
        return author
    if isinstance(author, Mapping) and isinstance(seen, Mapping) and isinstance(value, Mapping):
        left_out = {name: item for name, item in author.items() if name not in seen}
        return left_out | {
            name: _merged(author[name], seen[name], item)
            if name in author and name in seen
            else _literal(item)
            for name, item in value.items()
        }
    if _are_lists(author, seen, value):
        return [_merged(*each) for each in zip(author, seen, value, strict=True)]
    return _literal(value)


def _are_lists(*values: Any) -> bool:
    lists = all(isinstance(value, list | tuple) for value in values)
    return lists and len({len(value) for value in values}) == 1


def _literal(value: Any) -> Any:
    """A value whose texts stand for themselves. Raises ValueError."""
    if isinstance(value, Mapping):
        return {name: _literal(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_literal(item) for item in value]
    if not isinstance(value, str):
        return value
    if MASK in value:
        raise ValueError(f"`{MASK}` stands for a secret: leave the text around it as it was")
    if is_plain(value):
        return value
    if "endraw" in value:
        raise ValueError("a text cannot hold both `{{` or `{%` and `endraw`")
    return f"{{% raw %}}{value}{{% endraw %}}"
