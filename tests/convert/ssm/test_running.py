"""Converted documents are run: the same calls in the same order as the service would make."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.conversions import Conversion
from tests.support.program import Ended, program_in
from tests.support.standins import StandIns


@pytest.fixture
def tools(tmp_path: Path) -> StandIns:
    return StandIns(tmp_path)


def run(tools: StandIns, source: str, *args: str) -> Ended:
    """Convert a document and run it against the tools."""
    program = program_in(tools.folder)
    done = Conversion(source, "doc.yaml")
    program.write("doc", done.text)
    words = [word for arg in args for word in ("--arg", arg)]
    return program("run", "doc.yaml", "--yes", "--json", *words, PATH=tools.path)


def test_calls_come_in_the_order_of_the_document_with_their_values(tools: StandIns) -> None:
    found = {"Items": [{"Id": "a", "State": "x"}, {"Id": "b", "State": "y"}], "More": {"Count": 3}}
    tools.add("aws", {"describe-things": json.dumps(found)})
    ended = run(
        tools,
        """
        schemaVersion: '0.3'
        parameters:
          Name: {type: String}
          Ids: {type: StringList, default: [i-1, i-2]}
          Map: {type: StringMap, default: {k: v}}
        mainSteps:
        - name: look
          action: aws:executeAwsApi
          inputs:
            Service: ec2
            Api: DescribeThings
            DBNames: '{{ Ids }}'
            Filters: [{Name: tag, Values: ['{{ Name }}', 'x{{ Name }}y']}]
            Latest: true
            Deep: false
          outputs:
          - {Name: ids, Selector: '$.Items[*].Id', Type: StringList}
          - {Name: wanted, Selector: "$.Items[?(@.State == 'y')].Id", Type: StringList}
          - {Name: count, Selector: $.More.Count, Type: Integer}
        - name: tag
          action: aws:createTags
          inputs:
            ResourceType: EC2
            ResourceIds: '{{ look.ids }}'
            Tags: [{Key: wanted, Value: '{{ look.wanted }}'}, {Key: count, Value: '{{ look.count }}'}]
        - name: change
          action: aws:executeAwsApi
          inputs: {Service: ec2, Api: ModifyThing, Attribute: {Value: true, Text: 'a {{ Map.k }}'}}
        """,
        'NAME=it\'s "$(id)"',
    )
    assert ended.code == 0, ended.out
    quoted = json.dumps('it\'s "$(id)"')
    within = json.dumps('xit\'s "$(id)"y')
    look, tag, change = tools.calls
    assert look.startswith("aws ec2 describe-things --db-names i-1 i-2 --filters ")
    assert f'[{{"Name": "tag", "Values": [{quoted}, {within}]}}]' in look
    assert look.endswith(" --latest --no-deep --output json")
    assert tag.startswith("aws ec2 create-tags --resources a b --tags ")
    assert tag.endswith('[{"Key": "wanted", "Value": ["b"] }, {"Key": "count", "Value": 3 }]')
    assert change == (
        'aws ec2 modify-thing --attribute {"Value": true, "Text": "a v" } --output json'
    )


def test_a_command_on_a_host_quotes_values_for_the_shell_there(tools: StandIns) -> None:
    tools.add("aws", {"send-command": "c-1"})
    ended = run(
        tools,
        """
        schemaVersion: '0.3'
        parameters: {Name: {type: String}}
        mainSteps:
        - name: there
          action: aws:runCommand
          inputs:
            DocumentName: AWS-RunShellScript
            InstanceIds: [i-1]
            Parameters: {commands: ['echo {{ Name }} "{{ Name }}"', 'uptime']}
        """,
        "NAME=$(id)",
    )
    assert ended.code == 0, ended.out
    sent, waited, read = tools.calls
    assert """ --parameters {"commands": ["echo '$(id)' \\"\\"'$(id)'\\"\\"", "uptime"]} """ in sent
    assert waited == "aws ssm wait command-executed --command-id c-1 --instance-id i-1"
    assert read.startswith("aws ssm get-command-invocation --command-id c-1 --instance-id i-1")


def test_a_wait_that_fails_fails_the_step(tools: StandIns) -> None:
    tools.add("aws", {"send-command": "c-1"}, failing="wait command-executed")
    ended = run(
        tools,
        """
        schemaVersion: '0.3'
        mainSteps:
        - name: there
          action: aws:runCommand
          inputs: {DocumentName: AWS-RunShellScript, InstanceIds: [i-1], Parameters: {commands: [uptime]}}
        """,
    )
    assert ended.code == 1
    assert len(tools.calls) == 2


def test_a_wait_that_gives_up_by_itself_is_begun_anew(tools: StandIns) -> None:
    tools.add("aws", {"send-command": "c-1"})
    aws = tools.folder / "bin" / "aws"
    (tools.folder / "bin" / "aws-once").write_text(aws.read_text())
    gives_up = "Waiter CommandExecuted failed: Max attempts exceeded. Previously accepted state: …"
    aws.write_text(
        f"""#!/bin/sh
        sh "$0-once" "$@"
        case "$*" in *" wait "*)
            [ -e "$0-waited" ] || {{ touch "$0-waited"; echo '{gives_up}' >&2; exit 255; }} ;;
        esac
        """
    )
    ended = run(
        tools,
        """
        schemaVersion: '0.3'
        mainSteps:
        - name: there
          action: aws:runCommand
          inputs: {DocumentName: AWS-RunShellScript, InstanceIds: [i-1], Parameters: {commands: [uptime]}}
        - {name: stop, action: 'aws:changeInstanceState', inputs: {InstanceIds: [i-1], DesiredState: stopped}}
        """,
    )
    assert ended.code == 0, ended.out
    assert [call.split()[2] for call in tools.calls] == [
        "send-command",
        "wait",
        "wait",
        "get-command-invocation",
        "stop-instances",
        "wait",
    ]


def test_instances_images_and_stacks(tools: StandIns) -> None:
    tools.add(
        "aws",
        {
            "run-instances": "i-7 i-8",
            "create-image": "ami-1",
            "copy-image": "ami-2",
            "describe-images": "snap-1",
        },
    )
    ended = run(
        tools,
        """
        schemaVersion: '0.3'
        mainSteps:
        - name: new
          action: aws:runInstances
          inputs: {ImageId: ami-0, InstanceType: t3.micro, MinInstanceCount: 2, MaxInstanceCount: 2}
        - name: stop
          action: aws:changeInstanceState
          inputs: {InstanceIds: '{{ new.InstanceIds }}', DesiredState: stopped, Force: true}
        - name: image
          action: aws:createImage
          inputs: {InstanceId: i-7, ImageName: mine, NoReboot: true}
        - name: copy
          action: aws:copyImage
          inputs: {SourceImageId: '{{ image.ImageId }}', SourceRegion: eu-west-1, ImageName: theirs}
        - name: old
          action: aws:deleteImage
          inputs: {ImageId: ami-old}
        - name: stack
          action: aws:createStack
          inputs: {StackName: s, TemplateURL: 'https://example.com/t', Parameters: [{ParameterKey: a, ParameterValue: b}]}
        - name: gone
          action: aws:deleteStack
          inputs: {StackName: s}
        """,  # noqa: E501
    )
    assert ended.code == 0, ended.out
    assert [" ".join(call.split()[1:3]) for call in tools.calls] == [
        "ec2 run-instances",
        "ec2 wait",
        "ec2 stop-instances",
        "ec2 wait",
        "ec2 create-image",
        "ec2 wait",
        "ec2 copy-image",
        "ec2 wait",
        "ec2 describe-images",
        "ec2 deregister-image",
        "ec2 delete-snapshot",
        "cloudformation create-stack",
        "cloudformation wait",
        "cloudformation describe-stacks",
        "cloudformation delete-stack",
        "cloudformation wait",
    ]
    assert "aws ec2 stop-instances --instance-ids i-7 i-8 --force" in tools.calls
    assert any("--source-image-id ami-1" in call for call in tools.calls)


def test_what_is_started_elsewhere_is_followed(tools: StandIns) -> None:
    tools.add(
        "aws",
        {
            "start-execution": "arn:x",
            "query status": "SUCCEEDED",
            "start-automation": "e-1",
            "AutomationExecutionStatus": "Success",
            "lambda invoke": '{"StatusCode": 200}',
        },
    )
    ended = run(
        tools,
        """
        schemaVersion: '0.3'
        parameters: {Text: {type: String, default: 'say "hi"'}}
        mainSteps:
        - name: machine
          action: aws:executeStateMachine
          inputs: {stateMachineArn: arn:m, input: '{"a": "{{ Text }}"}'}
        - name: other
          action: aws:executeAutomation
          inputs: {DocumentName: Other, RuntimeParameters: {A: ['{{ Text }}']}}
        - name: function
          action: aws:invokeLambdaFunction
          inputs: {FunctionName: f, InvocationType: RequestResponse, Payload: '{"a": 1}'}
        """,
    )
    assert ended.code == 0, ended.out
    assert any('--input {"a": "say \\"hi\\""}' in call for call in tools.calls)
    assert any('--parameters {"A": ["say \\"hi\\""]}' in call for call in tools.calls)
    invoked = next(call for call in tools.calls if "lambda invoke" in call)
    assert "--function-name f " in invoked
    assert '--payload {"a": 1} ' in invoked


def test_an_error_of_a_function_is_a_failure(tools: StandIns) -> None:
    tools.add("aws", {"lambda": '{"StatusCode": 200, "FunctionError": "Unhandled"}'})
    step = "{name: f, action: 'aws:invokeLambdaFunction', inputs: {FunctionName: f}}"
    assert run(tools, f"schemaVersion: '0.3'\nmainSteps: [{step}]\n").code == 1


def test_a_script_gets_its_payload_and_gives_its_outputs(tools: StandIns) -> None:
    tools.add("aws")
    ended = run(
        tools,
        """
        schemaVersion: '0.3'
        parameters: {Name: {type: String}}
        mainSteps:
        - name: work
          action: aws:executeScript
          inputs:
            Runtime: python3.11
            Handler: main
            InputPayload: {name: '{{ Name }}', n: 2}
            Script: |
              def main(events, context):
                  return {"said": events["name"] * events["n"], "list": [f"{{braces}}"]}
          outputs:
          - {Name: said, Selector: $.Payload.said, Type: String}
        - name: use
          action: aws:executeAwsApi
          inputs: {Service: sns, Api: Publish, Message: '{{ work.said }}'}
        """,
        "NAME=a'\"b",
    )
    assert ended.code == 0, ended.out
    assert tools.calls == ["aws sns publish --message a'\"ba'\"b --output json"]


def test_loops_run_for_each_item_and_until_something_holds(tools: StandIns) -> None:
    tools.add("aws", {"describe-state": '{"State": "done"}'})
    ended = run(
        tools,
        """
        schemaVersion: '0.3'
        parameters: {Ids: {type: StringList, default: [a, b]}}
        variables: {State: {type: String, default: none}}
        mainSteps:
        - name: each
          action: aws:loop
          inputs:
            Iterators: '{{ Ids }}'
            IteratorDataType: String
            Steps:
            - {name: stop, action: 'aws:executeAwsApi', inputs: {Service: ec2, Api: StopThing, Id: '{{ each.CurrentIteratorValue }}'}}
        - name: wait
          action: aws:loop
          inputs:
            MaxIterations: 3
            LoopCondition: {Not: {Variable: '{{ variable:State }}', StringEquals: done}}
            Steps:
            - {name: look, action: 'aws:executeAwsApi', inputs: {Service: ec2, Api: DescribeState}, outputs: [{Name: s, Selector: $.State, Type: String}]}
            - {name: set, action: 'aws:updateVariable', inputs: {Name: 'variable:State', Value: '{{ look.s }}'}}
            - {name: pause, action: 'aws:sleep', inputs: {Duration: PT1S}}
        """,  # noqa: E501
    )
    assert ended.code == 0, ended.out
    assert tools.calls == [
        "aws ec2 stop-thing --id a --output json",
        "aws ec2 stop-thing --id b --output json",
        "aws ec2 describe-state --output json",
    ]


def test_a_handler_runs_only_where_its_step_failed(tools: StandIns) -> None:
    source = """
        schemaVersion: '0.3'
        mainSteps:
        - {name: first, action: 'aws:executeAwsApi', inputs: {Service: ec2, Api: DescribeA}}
        - {name: risky, action: 'aws:executeAwsApi', inputs: {Service: ec2, Api: DescribeB}, onFailure: 'step:tell', isEnd: true}
        - {name: tell, action: 'aws:executeAwsApi', inputs: {Service: sns, Api: Publish}, isEnd: true}
        """  # noqa: E501
    tools.add("aws", failing="describe-b")
    assert run(tools, source).code == 1
    assert [call.split()[2] for call in tools.calls] == ["describe-a", "describe-b", "publish"]
    tools.forget()
    tools.add("aws", failing="describe-a")
    assert run(tools, source).code == 1
    assert [call.split()[2] for call in tools.calls] == ["describe-a"]
