"""Vendors' descriptions of their interfaces (OpenAPI 3, Swagger 2): what they say of a request, and answers
made from them.

They are no part of the project: tests look for them in the folder that `TESTS_DESCRIPTIONS` names, and
are skipped where that is not there.
"""

from __future__ import annotations

import json
import os
import re
import re._parser as regex  # type: ignore[import-not-found]
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from jsonschema import Draft4Validator, Draft202012Validator, FormatChecker
from jsonschema.protocols import Validator

from tests.support.http_server import Recorded, Reply

VARIABLE = "TESTS_DESCRIPTIONS"
_DEEPEST = 12
_ANY = "any"
"""The key of a map whose keys may be any."""
_METHODS = frozenset({"get", "put", "post", "delete", "patch", "head"})


def description(name: str) -> Description:
    """The description of this name; skips the test where it is not at hand."""
    found = known_description(name)
    if found is None:
        told = f"{VARIABLE} names no folder with {name}.json, the vendor's own description"
        if os.environ.get("TESTS_SKIP_NOTHING") and os.environ.get(VARIABLE):
            pytest.fail(told)
        pytest.skip(told)
    return found


def known_description(name: str) -> Description | None:
    """The description of this name, if it is at hand."""
    folder = os.environ.get(VARIABLE, "")
    path = Path(folder) / f"{name}.json"
    return _read(path) if folder and path.is_file() else None


@cache
def _read(path: Path) -> Description:
    return Description(json.loads(path.read_text()))


@dataclass(frozen=True)
class Operation:
    """A method of a path. `wrong` is what the description has against a request, a sentence each."""

    method: str
    path: str
    said: Mapping[str, Any]
    parameters: Sequence[Mapping[str, Any]]
    values: Mapping[str, str]
    """What stands in the path, by the names that it has there."""


class Description:
    """One description: `base` is the path below which its paths lie."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self._said = said
        self._is_old = "swagger" in said
        self.base = self._base()

    def _base(self) -> str:
        if self._is_old:
            return str(self._said.get("basePath", "")).rstrip("/")
        servers = self._said.get("servers") or [{"url": ""}]
        # What stands before the path may have variables in it.
        return re.sub("^[^/]*//[^/]*", "", servers[0]["url"]).rstrip("/")

    # Requests

    def has(self, request: Recorded) -> bool:
        """Whether it tells of such a request."""
        return any(self._found(request))

    def operation(self, request: Recorded) -> Operation:
        """The operation that a request is for; AssertionError where there is none."""
        found = [*self._found(request)]
        assert found, f"the description has no {request.method} {request.path}"
        # One without names is meant rather than one with them.
        template, match = min(found, key=lambda each: each[0].count("{"))
        around = self._said["paths"][template]
        said = around[request.method.lower()]
        parameters = [
            self._at(each) for each in (*around.get("parameters", ()), *said.get("parameters", ()))
        ]
        names = re.findall(r"{([^}]+)}", template)
        values = dict(zip(names, map(unquote, match.groups()), strict=True))
        return Operation(request.method, template, said, parameters, values)

    def _found(self, request: Recorded) -> Iterator[tuple[str, re.Match[str]]]:
        """The paths that a request may be meant for, each with what stands in it."""
        path = request.path.removeprefix(self.base)
        for template, said in self._said["paths"].items():
            match = _pattern(template).fullmatch(path)
            if match is not None and request.method.lower() in said:
                yield template, match

    def problems(self, request: Recorded, but: Sequence[str] = ()) -> list[str]:
        """What it has against a request; parameters in `but` are credentials that go another way."""
        operation = self.operation(request)
        form = request.headers.get("content-type", "").startswith(
            "application/x-www-form-urlencoded"
        )
        sent = {
            "query": _gathered(request.pairs),
            "header": {name: [value] for name, value in request.headers.items()},
            "path": {name: [value] for name, value in operation.values.items()},
            "formData": _gathered(parse_qsl(request.body.decode())) if form else {},
        }
        known: dict[str, set[str]] = {place: set() for place in sent}
        found: list[str] = []
        for each in operation.parameters:
            place, name = each["in"], each["name"]
            if place == "body" or place not in sent:
                continue
            key = name.lower() if place == "header" else name
            known[place].add(key)
            values = sent[place].get(key)
            if values is None:
                if each.get("required") and name not in but:
                    found.append(f"{place} has no {name}")
            else:
                found += self._against(each, values, f"{place} {name}")
        for place in ("query", "formData"):
            found += [
                f"{place} {name} is unknown"
                for name in sent[place]
                if name not in known[place] and (place == "query" or self._is_old)
            ]
        found += self._body_problems(operation, request, form=form)
        return found

    def _against(
        self, parameter: Mapping[str, Any], values: list[str], where: str
    ) -> Iterator[str]:
        schema = parameter.get("schema") or parameter
        schema = self._at(schema)
        if schema.get("type") == "array":
            inner = self._at(schema.get("items", {}))
            if not parameter.get(
                "explode", parameter.get("collectionFormat") == "multi" or "schema" in parameter
            ):
                values = [part for value in values for part in value.split(",")]
            yield from self._judged([_typed(each, inner) for each in values], _bare(schema), where)
            return
        for value in values:
            yield from self._judged(_typed(value, schema), _bare(schema), where)

    def _body_problems(
        self, operation: Operation, request: Recorded, *, form: bool
    ) -> Iterator[str]:
        schema, required, kinds = self._body(operation)
        if form and (self._is_old or not request.body):
            return
        if schema is None:
            if request.body:
                yield "it takes no body"
            return
        if not request.body:
            if required:
                yield "it has no body"
            return
        kind = request.headers.get("content-type", "").partition(";")[0]
        if kind not in kinds:
            yield f"its body is {kind}, not {' or '.join(kinds)}"
            return
        document: Any = dict(parse_qsl(request.body.decode())) if form else json.loads(request.body)
        yield from self._judged(document, schema, "body")

    def _body(self, operation: Operation) -> tuple[Any, bool, list[str]]:
        if self._is_old:
            bodies = [each for each in operation.parameters if each["in"] == "body"]
            kinds = (
                operation.said.get("consumes") or self._said.get("consumes") or ["application/json"]
            )
            return (
                (bodies[0]["schema"], bool(bodies[0].get("required")), kinds)
                if bodies
                else (None, False, kinds)
            )
        body = self._at(operation.said.get("requestBody") or {})
        content = body.get("content") or {}
        first: Mapping[str, Any] = next(iter(content.values()), {})
        return first.get("schema"), bool(body.get("required")), list(content)

    def _judged(self, value: Any, schema: Any, where: str) -> Iterator[str]:
        for error in self._validator(schema).iter_errors(value):
            yield f"{where} {'/'.join(map(str, error.absolute_path))}: {error.message}"[:300]

    def _validator(self, schema: Any) -> Validator:
        # What the description refers to is found in it, whose own keys mean nothing beside a schema's.
        whole = {**self._as_schema, **(schema if self._is_new else _plain(schema))}
        kind = Draft202012Validator if self._is_new else Draft4Validator
        made: Validator = kind(whole, format_checker=FormatChecker())
        return made

    @cached_property
    def _as_schema(self) -> Mapping[str, Any]:
        made: Mapping[str, Any] = self._said if self._is_new else _plain(self._said)
        return made

    @property
    def _is_new(self) -> bool:
        return str(self._said.get("openapi", "")).startswith("3.1")

    # Answers

    def success(self, operation: Operation, more: Any = None) -> Reply:
        """The answer to a request that is in order, with `more` in it where the description is free."""
        status = min(code for code in operation.said["responses"] if code.startswith("2"))
        return self._answer(operation, status, int(status), more)

    def failure(self, operation: Operation, default: int = 500) -> Reply:
        """The first error that the description tells of, with `default` as the status of one of that name."""
        codes = [code for code in operation.said["responses"] if not code.startswith("2")]
        if not codes:
            # Whatever a description leaves out, a server may be out of order.
            return Reply(status=500)
        code = codes[0]
        # A class, such as 4XX, has its first.
        status = default if code == "default" else int(code.lower().replace("x", "0"))
        return self._answer(operation, code, status, None)

    def answer_problems(self, request: Recorded, reply: Reply) -> list[str]:
        """What it has against an answer, if it tells of one with that status."""
        said = self._at(self.operation(request).said["responses"].get(str(reply.status), {}))
        content = said.get("content") or {}
        schema = content.get("application/json", {}).get("schema", said.get("schema"))
        if schema is None or isinstance(reply.body, bytes):
            return []
        return list(self._judged(reply.body, schema, "the answer"))

    def _answer(self, operation: Operation, code: str, status: int, more: Any) -> Reply:
        said = self._at(operation.said["responses"][code])
        schema = said.get("schema")
        for kind, content in (said.get("content") or {}).items():
            if "json" in kind:
                schema = content.get("schema")
        if schema is None:
            return Reply(status=status)
        made = _merged(self._sample(schema, 0), more)
        wrong = list(self._judged(made, schema, "the answer made up"))
        assert not wrong, wrong
        return Reply(status=status, body=made)

    def _sample(self, schema: Any, depth: int) -> Any:
        schema = self._at(schema)
        for key in ("example", "default", "const"):
            # Some examples are the text of one, or are not of the type that is said.
            if isinstance(said := schema.get(key), str | int | float) and not [
                *self._judged(said, _bare(schema), key)
            ]:
                return said
        if schema.get("enum"):
            return schema["enum"][0]
        for key in ("oneOf", "anyOf"):
            if schema.get(key):
                around = {k: v for k, v in schema.items() if k != key}
                made = [self._sample({**around, **self._at(each)}, depth) for each in schema[key]]
                # Of some, nothing but null is of one only.
                fitting = (each for each in (*made, None) if not [*self._judged(each, schema, key)])
                return next(fitting, made[0])
        if schema.get("allOf"):
            return self._sample(self._all_of(schema), depth)
        return self._of_type(schema, depth)

    def _of_type(self, schema: Mapping[str, Any], depth: int) -> Any:
        kind = schema.get("type") or (
            "object" if "properties" in schema else "string" if schema.get("format") else "object"
        )
        kind = kind[0] if isinstance(kind, list) else kind
        match kind:
            case "object":
                needed = set(schema.get("required", ()))
                known = {
                    **{name: {"type": "string"} for name in needed},
                    **schema.get("properties", {}),
                }
                if isinstance(schema.get("additionalProperties"), Mapping):
                    known.setdefault(_ANY, schema["additionalProperties"])
                return {
                    name: self._sample(inner, depth + 1)
                    for name, inner in known.items()
                    if name in needed or depth < _DEEPEST // 3
                }
            case "array":
                least = max(int(schema.get("minItems", 0)), 1 if depth < _DEEPEST else 0)
                return [self._sample(schema.get("items", {}), depth + 1) for _ in range(least)]
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return True
            case "null":
                return None
        return _text(schema)

    def _all_of(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        whole: dict[str, Any] = {k: v for k, v in schema.items() if k != "allOf"}
        for part in map(self._at, schema["allOf"]):
            part = self._all_of(part) if "allOf" in part else part
            whole["properties"] = {**whole.get("properties", {}), **part.get("properties", {})}
            whole["required"] = [*whole.get("required", ()), *part.get("required", ())]
            whole = {**part, **whole}
        return whole

    def _at(self, node: Any) -> Any:
        """What a node refers to, or itself."""
        for _ in range(_DEEPEST):
            if not isinstance(node, Mapping) or "$ref" not in node:
                return node
            target: Any = self._said
            for part in node["$ref"].removeprefix("#/").split("/"):
                part = unquote(part).replace("~1", "/").replace("~0", "~")
                target = target[int(part)] if isinstance(target, list) else target[part]
            node = target
        return node


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"{[^}]+}", template)
    return re.compile("([^/]+)".join(map(re.escape, parts)))


def _gathered(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _typed(text: str, schema: Mapping[str, Any]) -> Any:
    """What a text of a query or form stands for, by the type that it is to have."""
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    if "integer" in kinds and re.fullmatch(r"-?\d+", text):
        return int(text)
    if "number" in kinds and re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text)
    return text


def _bare(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema without what only a parameter has: there `required` is a truth value."""
    return {
        k: v for k, v in schema.items() if k not in ("required", "in", "name", "example", "default")
    }


def _plain(node: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema: what may be null says so by its type."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, Mapping):
        return node
    made = {key: _plain(value) for key, value in node.items()}
    if node.get("nullable") is True and isinstance(node.get("type"), str):
        made["type"] = [node["type"], "null"]
        if isinstance(node.get("enum"), list):
            made["enum"] = [*node["enum"], None]
    return made


def _merged(made: Any, more: Any) -> Any:
    if isinstance(made, dict) and isinstance(more, dict):
        of_any = made.get(_ANY)
        return {
            **{key: value for key, value in made.items() if key != _ANY},
            **{key: _merged(made.get(key, of_any), value) for key, value in more.items()},
        }
    if isinstance(made, list) and made and isinstance(more, list):
        return [_merged(made[0], value) for value in more]
    return made if more is None else more


def _text(schema: Mapping[str, Any]) -> str:
    match schema.get("format"):
        case "time":
            return "09:00:00"
        case "date-time":
            return "2026-11-30T12:00:00Z"
        case "date":
            return "2026-11-30"
        case "uuid":
            return "70413a06-38d6-4c85-92b8-5ebc900d42e2"
        case "ipv4":
            return "192.0.2.7"
        case "uri" | "url":
            return "https://example.com/"
        case "email":
            return "alice@example.com"
    if pattern := schema.get("pattern"):
        return _matching(list(regex.parse(pattern)))
    return "text" + "x" * max(int(schema.get("minLength", 0)) - 4, 0)


def _matching(parsed: Sequence[tuple[Any, Any]]) -> str:
    """A short text that a regular expression matches."""
    return "".join(_one(str(kind), said) for kind, said in parsed)


def _one(kind: str, said: Any) -> str:
    match kind:
        case "LITERAL":
            return chr(int(said))
        case "IN":
            return _one(str(said[0][0]), said[0][1])
        case "RANGE":
            return chr(int(said[0]))
        case "CATEGORY":
            return "7" if str(said) in ("CATEGORY_DIGIT", "CATEGORY_WORD") else " "
        case "MAX_REPEAT" | "MIN_REPEAT":
            return _matching(list(said[2])) * max(int(said[0]), min(1, int(said[1])))
        case "SUBPATTERN":
            return _matching(list(said[3]))
        case "BRANCH":
            return _matching(list(said[1][0]))
        case "AT":
            return ""
    return "x"
