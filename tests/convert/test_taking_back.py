"""What stands in a source to take a step back is its undo."""

from __future__ import annotations

from tests.support.conversions import Conversion


def test_what_is_begun_again_later_is_taken_back_by_that() -> None:
    done = Conversion(
        """
        # Node is not ready

        1. Cordon it: `kubectl cordon $NODE`
        2. Reboot it: `ssh $NODE sudo reboot`
        3. Uncordon it: `kubectl uncordon $NODE`
        """,
        "page.md",
    )
    assert done["Cordon it"]["undo"] == {"kind": "shell", "run": "kubectl uncordon {{ NODE }}"}
    assert done["Uncordon it"]["settles"] == done["Cordon it"]["id"]
    assert "danger" not in done["Uncordon it"]


def test_what_is_only_stopped_later_takes_nothing_back() -> None:
    done = Conversion("#!/bin/bash\nsystemctl start app\nsystemctl stop app\n", "do.sh")
    assert "undo" not in done["Start app"]
    assert done["Stop app"]["danger"] is True


def test_an_error_handler_that_takes_back_is_an_undo_as_well() -> None:
    done = Conversion(
        """
        - name: j
          sequence:
            commands:
            - exec: kubectl scale deploy/web --replicas=3
              description: Scale
              errorhandler: {exec: kubectl rollout undo deploy/web}
            - {exec: tool check}
        """,
        "jobs.yaml",
    )
    assert done["Scale"]["undo"] == {"kind": "shell", "run": "kubectl rollout undo deploy/web"}


def test_what_an_api_changes_is_put_back_as_it_was_read() -> None:
    done = Conversion(
        """
        schemaVersion: '0.3'
        parameters: {Cluster: {type: String}, Service: {type: String}, Count: {type: Integer}}
        mainSteps:
        - name: Now
          action: aws:executeAwsApi
          inputs: {Service: ecs, Api: DescribeServices, cluster: '{{ Cluster }}', services: ['{{ Service }}']}
          outputs: [{Name: Desired, Selector: '$.services[0].desiredCount', Type: Integer}]
        - name: Scale
          action: aws:executeAwsApi
          inputs:
            Service: ecs
            Api: UpdateService
            cluster: '{{ Cluster }}'
            service: '{{ Service }}'
            desiredCount: '{{ Count }}'
            forceNewDeployment: true
          onFailure: step:Back
          isEnd: true
        - name: Back
          action: aws:executeAwsApi
          inputs:
            Service: ecs
            Api: UpdateService
            cluster: '{{ Cluster }}'
            service: '{{ Service }}'
            desiredCount: '{{ Now.Desired }}'
            forceNewDeployment: true
          isEnd: true
        """,
        "doc.yaml",
    )
    assert "--desired-count {{ DESIRED }}" in done["Scale"]["undo"]["run"]
    assert "--force-new-deployment" in done["Scale"]["undo"]["run"]
    assert done["Back"]["settles"] == done["Scale"]["id"]
    assert "undo" not in done["Back"]


def test_what_was_not_read_before_has_no_undo() -> None:
    done = Conversion(
        """
        schemaVersion: '0.3'
        parameters: {Id: {type: String}}
        mainSteps:
        - name: Now
          action: aws:executeAwsApi
          inputs: {Service: ec2, Api: DescribeInstances, InstanceIds: ['{{ Id }}']}
          outputs: [{Name: Type, Selector: '$.Reservations[0].Instances[0].InstanceType', Type: String}]
        - name: Protect
          action: aws:executeAwsApi
          inputs: {Service: ec2, Api: ModifyInstanceAttribute, InstanceId: '{{ Id }}', DisableApiStop: {Value: true}}
        - name: Use
          action: aws:executeAwsApi
          inputs: {Service: ec2, Api: DescribeInstanceTypes, InstanceTypes: ['{{ Now.Type }}']}
        """,  # noqa: E501
        "doc.yaml",
    )
    assert "undo" not in done["Protect"]
