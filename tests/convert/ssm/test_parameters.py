from __future__ import annotations

from typing import Any

import pytest

from tests.support.conversions import Conversion


def variables(parameters: str, role: str = "") -> Conversion:
    return Conversion(
        f"""
        schemaVersion: '0.3'
        {role}
        parameters: {{{parameters}}}
        mainSteps: [{{name: one, action: 'aws:sleep', inputs: {{Duration: PT1S}}}}]
        """,
        "doc.yaml",
    )


@pytest.mark.parametrize(
    ("parameter", "variable"),
    [
        ("{type: String}", {}),
        ("{type: 'AWS::EC2::Instance::Id'}", {"pattern": "i-[0-9a-f]{8,17}"}),
        ("{type: Boolean, default: true, allowedValues: [true, false]}",
         {"type": "boolean", "default": True}),
        ("{type: Integer, default: 3}", {"type": "integer", "default": 3}),
        ("{type: String, allowedValues: [a, b]}", {"type": "enum", "choices": ["a", "b"]}),
        ("{type: String, allowedPattern: '^x[0-9]+$'}", {"pattern": "x[0-9]+"}),
        ("{type: String, allowedPattern: '^a$|^b$'}", {"pattern": "(?:a$|^b)"}),
        ("{type: String, minChars: 2, maxChars: 4}", {"min_length": 2, "max_length": 4}),
        ("{type: String, default: ''}", {"required": False}),
        ("{type: StringList, default: [a, b]}", {"type": "list", "default": ["a", "b"]}),
        ("{type: 'List<AWS::EC2::Instance::Id>', maxItems: 5}",
         {"type": "list", "pattern": "i-[0-9a-f]{8,17}", "max_length": 5}),
        ("{type: StringMap, default: {a: b}}", {"type": "text", "default": '{"a": "b"}'}),
        ("{type: String, default: '{{ssm:/a/b}}'}",
         {"from": "command:aws ssm get-parameter --name /a/b --query Parameter.Value --output text"}),
        ("{type: String, default: '{{ keep }} me'}", {"default": "{% raw %}{{ keep }}{% endraw %} me"}),
    ],
)  # fmt: skip
def test_a_parameter_is_a_variable(parameter: str, variable: dict[str, Any]) -> None:
    made = variables(f"SomeName: {parameter}").vars["SOME_NAME"]
    assert made == variable


def test_a_default_from_a_secure_store_is_a_secret() -> None:
    made = variables("P: {type: String, default: '{{ssm-secure:/db/password}}'}").vars["P"]
    assert made["type"] == "secret"
    assert made["from"].endswith("--with-decryption")


@pytest.mark.parametrize("name", ["AutomationAssumeRole", "Role"])
def test_the_role_is_dropped_and_said(name: str) -> None:
    done = variables(f"{name}: {{type: 'AWS::IAM::Role::Arn'}}", f"assumeRole: '{{{{ {name} }}}}'")
    assert done.vars == {}
    assert any(name in told and "AWS_PROFILE" in told for told in done.told("dropped"))


def test_names_in_any_spelling_become_ours_and_differ() -> None:
    made = variables("vpcId: {type: String}, VpcId: {type: String}, DBName: {type: String}").vars
    assert list(made) == ["VPC_ID", "VPC_ID_2", "DB_NAME"]
