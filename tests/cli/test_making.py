from __future__ import annotations

from tests.support.program import Program

DOCUMENT = """\
schemaVersion: '0.3'
parameters: {AutomationAssumeRole: {type: String}}
mainSteps:
- {name: look, action: 'aws:executeAwsApi', inputs: {Service: ec2, Api: DescribeInstances}}
"""


def test_a_conversion_is_printed_and_its_report_beside_it(program: Program) -> None:
    (program.cwd / "doc.yaml").write_text(DOCUMENT)
    ended = program("new", "--from", "doc.yaml", "--report")
    assert ended.code == 0
    assert "aws ec2 describe-instances" in ended.out
    assert "kept: look: aws:executeAwsApi" in ended.err


def test_it_comes_from_standard_input_and_goes_to_a_file(program: Program) -> None:
    ended = program("new", "--from", "-", "-o", "made.yaml", "--report", stdin=DOCUMENT)
    assert ended.code == 0
    assert "dropped: parameter AutomationAssumeRole / assumeRole" in ended.out
    assert program("validate", "made.yaml").code == 0


def test_nothing_that_is_there_is_overwritten(program: Program) -> None:
    (program.cwd / "made.yaml").write_text("mine")
    ended = program("new", "--from", "-", "-o", "made.yaml", stdin=DOCUMENT)
    assert ended.code == 2
    assert "pup-tui: there is a file already: made.yaml: name another one" in ended.err
    assert (program.cwd / "made.yaml").read_text() == "mine"


def test_what_cannot_be_converted_is_told(program: Program) -> None:
    for source, told in (
        ("", "nothing in the source"),
        ("a: 1", "the format of the source is not known"),
        ("schemaVersion: '2.2'\nmainSteps: [{}]", "schema 2.2 is no Automation document"),
        ("schemaVersion: '0.3'\nmainSteps: [{name: x}]", "step 1 has no action"),
        ("schemaVersion: '0.3'\nmainSteps: [", "the source cannot be read"),
    ):
        ended = program("new", "--from", "-", stdin=source)
        assert ended.code == 2
        assert told in ended.err
    assert "there is no such file: gone.md" in program("new", "--from", "gone.md").err
    assert "not https" in program("new", "--from", "http://example.com/x").err


def test_a_new_runbook_begins_with_what_is_picked(program: Program) -> None:
    ended = program(
        *("new", "restart", "--type", "incident", "--service", "web", "--step", "look"),
        *("--step", "change", "-o", "."),
    )
    assert ended.code == 0
    text = (program.cwd / "restart.yaml").read_text()
    assert "tags: {type: incident, service: web}" in text
    assert "defaults: {strict: true, shell: bash}" in text
    assert text.startswith("# yaml-language-server: $schema=")
    checked = program("validate", "restart.yaml", "--json").json
    assert checked["files"][0]["errors"] == checked["files"][0]["warnings"] == []


def test_a_new_runbook_goes_to_the_first_folder_of_ones_own(program: Program) -> None:
    assert program("new", "mine").code == 0
    assert program("describe", "mine", "--json").json["name"] == "mine"
    assert "there is a file already" in program("new", "mine").err


def test_what_cannot_be_made_is_told(program: Program) -> None:
    for args, told in (
        (("new",), "nothing to make is named"),
        (("new", "../x"), "cannot be called so: ../x"),
        (
            ("new", "x", "--step", "fly"),
            "there is no such step to begin from: fly: one of look, confirm",
        ),
    ):
        ended = program(*args)
        assert ended.code == 2
        assert told in ended.err


def test_templates_of_the_folder_can_be_picked(program: Program) -> None:
    (program.cwd / "_templates").mkdir()
    (program.cwd / "_templates" / "greet.yaml").write_text("kind: shell\nrun: echo hello\n")
    assert program("new", "x", "-o", ".", "--step", "template greet").code == 0
    assert "template: greet" in (program.cwd / "x.yaml").read_text()
