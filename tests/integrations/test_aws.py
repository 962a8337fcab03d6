"""Each action for AWS by the real program against moto's server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.clouds import GIB, SECRET, Account
from tests.support.integrations import Done, bundled, carried_out, proved
from tests.support.runs import ENVIRON

pytestmark = pytest.mark.library

WHAT = "moto 5, by aws 1.46"


async def acted(
    action: str, aws: Account, folder: Path, given: dict[str, Any] | None = None, **more: Any
) -> Done:
    return await carried_out("aws", action, folder, aws.environ, given, around=aws.around, **more)


def shown(*actions: str) -> None:
    for action in actions:
        proved("aws", action, "emulator", WHAT)


async def test_as_whom_it_acts(aws: Account, tmp_path: Path) -> None:
    done = await acted("identity", aws, tmp_path)
    assert done.outputs == {
        "ACCOUNT": "123456789012",
        "ARN": "arn:aws:sts::123456789012:user/moto",
    }
    shown("identity")


async def test_a_profile_counts_alone(aws: Account, tmp_path: Path) -> None:
    environ = {**aws.environ, "AWS_PROFILE": "production"}
    done = await carried_out("aws", "identity", tmp_path, environ, around=aws.around)
    assert not done.ok
    assert any("production" in line for line in done.texts)


async def test_nobody_answers_and_the_secret_is_not_told(aws: Account, tmp_path: Path) -> None:
    environ = {**aws.environ, "AWS_ENDPOINT_URL": f"http://127.0.0.1:1/{SECRET}"}
    done = await carried_out("aws", "ssm_run", tmp_path, environ, around=aws.around)
    assert not done.ok
    told = "\n".join([*done.texts, done.reason])
    assert "Could not connect to the endpoint URL" in told
    assert SECRET not in told


async def test_an_instance(aws: Account, tmp_path: Path) -> None:
    given = {"INSTANCE": aws.made["instance"]}
    told = await acted("ec2_status", aws, tmp_path / "1", given)
    assert told.outputs == {"STATE": "running", "INSTANCE_CHECK": "ok", "SYSTEM_CHECK": "ok"}
    assert (await acted("ec2_reboot", aws, tmp_path / "2", given)).ok
    printed = await acted("ssm_run", aws, tmp_path / "3", {**given, "COMMAND": "df -h"})
    assert printed.outputs == {"PRINTED": ""}
    (sent,) = aws.client("ssm").list_commands()["Commands"]
    assert sent["Parameters"]["commands"] == ["df -h"]
    shown("ec2_status", "ec2_reboot", "ssm_run")


async def test_an_instance_is_put_on_other_hardware(aws: Account, tmp_path: Path) -> None:
    instance = aws.instance("cart")
    told = (await acted("ec2_instance", aws, tmp_path / "1", {"INSTANCE": instance})).outputs
    assert (told["NAME"], told["GROUP"], told["ROOT_DEVICE"]) == ("cart", "", "ebs")
    assert told["ZONE"].startswith("eu-west-1")
    done = await acted("ec2_stop_start", aws, tmp_path / "2", {"INSTANCE": instance})
    assert done.ok, done.reason
    again = await acted("ec2_status", aws, tmp_path / "3", {"INSTANCE": instance})
    assert again.outputs["STATE"] == "running"
    for number, action in enumerate(("ec2_instance", "ec2_stop_start"), 4):
        gone = {"INSTANCE": "i-0123456789abcdef0"}
        missing = await acted(action, aws, tmp_path / str(number), gone)
        assert any("InvalidInstanceID.NotFound" in line for line in missing.texts)
    shown("ec2_instance", "ec2_stop_start")


async def test_a_bucket_is_closed_and_opened_again(aws: Account, tmp_path: Path) -> None:
    aws.public_bucket("pictures")
    given = {"BUCKET": "pictures"}
    told = (await acted("s3_access", aws, tmp_path / "1", given)).outputs
    assert (told["CLOSED"], told["BLOCK"], told["GRANTS"]) == (False, {}, ["READ"])
    assert '"Principal": "*"' in told["POLICY"]
    assert (await acted("s3_close", aws, tmp_path / "2", given)).outputs == {"BEFORE": {}}
    assert (await acted("s3_access", aws, tmp_path / "3", given)).outputs["CLOSED"]
    s3 = aws.client("s3")
    some = {"BlockPublicAcls": True, "IgnorePublicAcls": False}
    some |= {"BlockPublicPolicy": True, "RestrictPublicBuckets": False}
    s3.put_public_access_block(Bucket="pictures", PublicAccessBlockConfiguration=some)
    await acted("s3_close", aws, tmp_path / "4", given, undone=True)
    now = s3.get_public_access_block(Bucket="pictures")["PublicAccessBlockConfiguration"]
    assert now == some
    for number, action in enumerate(("s3_access", "s3_close"), 5):
        missing = await acted(action, aws, tmp_path / str(number), {"BUCKET": "no-such-bucket"})
        assert any("NoSuchBucket" in line for line in missing.texts)
    shown("s3_access", "s3_close")


async def test_a_key_is_used_no_more_and_again(aws: Account, tmp_path: Path) -> None:
    given = {"KEY": aws.key("deploy")}
    told = (await acted("iam_key", aws, tmp_path / "1", given)).outputs
    assert (told["OWNER"], told["KEY_STATUS"], told["OTHER_KEYS"]) == ("deploy", "Active", 0)

    def status() -> str:
        (key,) = aws.client("iam").list_access_keys(UserName="deploy")["AccessKeyMetadata"]
        return str(key["Status"])

    await acted("iam_disable_key", aws, tmp_path / "2", given, undone=True)
    assert status() == "Active"
    done = await acted("iam_disable_key", aws, tmp_path / "3", given)
    assert done.outputs == {"WAS": "Active"}
    assert status() == "Inactive"
    for number, action in enumerate(("iam_key", "iam_disable_key"), 4):
        missing = await acted(action, aws, tmp_path / str(number), {"KEY": "AKIANOSUCHKEY0000000"})
        assert any("cannot be found" in line for line in missing.texts)
    shown("iam_key", "iam_disable_key")


async def test_a_database_is_read_and_restarted(aws: Account, tmp_path: Path) -> None:
    aws.database("orders", 50)
    told = (await acted("rds_instance", aws, tmp_path / "1", {"DATABASE": "orders"})).outputs
    assert told["RESTORABLE_UNTIL"]
    assert {
        name: told[name] for name in ("STATUS", "ZONE", "STORAGE", "STORAGE_LIMIT", "ENGINE")
    } == {
        "STATUS": "available",
        "ZONE": "eu-west-1a",
        "STORAGE": 50,
        "STORAGE_LIMIT": 0,
        "ENGINE": "postgres",
    }
    done = await acted("rds_reboot", aws, tmp_path / "2", {"DATABASE": "orders"})
    assert done.outputs == {"ZONE_NOW": told["ZONE"]}
    shown("rds_instance", "rds_reboot")


async def test_a_snapshot_is_made_and_deleted(aws: Account, tmp_path: Path) -> None:
    aws.database("carts")
    given = {"DATABASE": "carts", "SNAPSHOT": "carts-1"}
    assert (await acted("rds_snapshot", aws, tmp_path / "1", given)).ok
    again = await acted("rds_snapshot", aws, tmp_path / "2", given)
    assert not again.ok
    assert any("DBSnapshotAlreadyExists" in line for line in again.texts)
    assert (await acted("rds_delete_snapshot", aws, tmp_path / "3", {"SNAPSHOT": "carts-1"})).ok
    found = aws.client("rds").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    assert "carts-1" not in [each["DBSnapshotIdentifier"] for each in found]
    shown("rds_snapshot", "rds_delete_snapshot")


async def test_storage_grows_and_never_shrinks(aws: Account, tmp_path: Path) -> None:
    aws.database("stock", 100)
    given = {"DATABASE": "stock", "STORAGE": 150, "LIMIT": 400}
    assert (await acted("rds_grow", aws, tmp_path / "1", given)).outputs == {"BEFORE": 100}
    (now,) = aws.client("rds").describe_db_instances(DBInstanceIdentifier="stock")["DBInstances"]
    assert (now["AllocatedStorage"], now["MaxAllocatedStorage"]) == (150, 400)
    less = await acted("rds_grow", aws, tmp_path / "2", {"DATABASE": "stock", "STORAGE": 120})
    assert "120 GiB is not more than it has" in less.reason
    refused = await acted("rds_grow", aws, tmp_path / "3", {**given, "STORAGE": 500, "LIMIT": 60})
    assert not refused.ok
    assert any("Max storage size must be greater" in line for line in refused.texts)
    shown("rds_grow")


async def test_tasks(aws: Account, tmp_path: Path) -> None:
    service = {"CLUSTER": "shop", "SERVICE": "web"}

    def now() -> tuple[int, str]:
        (found,) = aws.client("ecs").describe_services(cluster="shop", services=["web"])["services"]
        return found["desiredCount"], found["taskDefinition"].rpartition("/")[2]

    told = await acted("ecs_service", aws, tmp_path / "1", service)
    assert (told.outputs["DESIRED"], told.outputs["TASK_DEFINITION"]) == (2, "web:2")
    assert (await acted("ecs_scale", aws, tmp_path / "2", {**service, "COUNT": 3})).ok
    assert now() == (3, "web:2")
    await acted("ecs_scale", aws, tmp_path / "3", {**service, "COUNT": 4}, undone=True)
    earlier = {**service, "TASK_DEFINITION": "web:1"}
    await acted("ecs_deploy", aws, tmp_path / "4", earlier, undone=True)
    assert now() == (3, "web:2")
    deployed = await acted("ecs_deploy", aws, tmp_path / "5", earlier)
    assert deployed.outputs == {"BEFORE": "web:2"}
    assert now() == (3, "web:1")
    images = await acted("ecs_definition", aws, tmp_path / "6", {"TASK_DEFINITION": "web:2"})
    assert images.outputs == {"IMAGES": ["web:1.2"]}
    aws.client("ecs").deregister_task_definition(taskDefinition="web:2")
    gone = await acted("ecs_definition", aws, tmp_path / "7", {"TASK_DEFINITION": "web:2"})
    assert "web:2 must not be used any more." in gone.reason
    shown("ecs_service", "ecs_scale", "ecs_deploy", "ecs_definition")


async def test_a_group_of_instances(aws: Account, tmp_path: Path) -> None:
    told = await acted("asg_group", aws, tmp_path / "1", {"GROUP": "web"})
    assert told.outputs == {"DESIRED": 2, "MIN": 1, "MAX": 4, "HEALTHY": 2}
    await acted("asg_scale", aws, tmp_path / "2", {"GROUP": "web", "COUNT": 4}, undone=True)
    (group,) = aws.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    assert group["DesiredCapacity"] == 2
    assert (await acted("asg_scale", aws, tmp_path / "3", {"GROUP": "web", "COUNT": 3})).ok
    shown("asg_group", "asg_scale")


async def test_an_alarm(aws: Account, tmp_path: Path) -> None:
    # `aws` would read a file of such a name, were it an argument.
    name = "file:///etc/hostname"
    aws.storage_alarm(name, "books")

    def tells() -> bool:
        (alarm,) = aws.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return bool(alarm["ActionsEnabled"])

    told = (await acted("alarm", aws, tmp_path / "1", {"ALARM": name})).outputs
    assert told["STATE"] == "ALARM"
    assert told["LIMIT"] == 10 * GIB
    await acted("quiet_alarm", aws, tmp_path / "2", {"ALARM": name}, undone=True)
    assert tells()
    assert (await acted("quiet_alarm", aws, tmp_path / "3", {"ALARM": name})).ok
    assert not tells()
    assert (await acted("unquiet_alarm", aws, tmp_path / "4", {"ALARM": name})).ok
    assert tells()
    shown("alarm", "quiet_alarm", "unquiet_alarm")


async def test_the_newest_value_of_a_metric(aws: Account, tmp_path: Path) -> None:
    aws.free_storage("parcels", 7)
    given = {
        "NAMESPACE": "AWS/RDS",
        "METRIC": "FreeStorageSpace",
        "DIMENSION": "DBInstanceIdentifier",
        "VALUE": "parcels",
    }
    told = await acted("metric", aws, tmp_path / "1", given)
    assert told.outputs == {"NEWEST": 7 * GIB, "UNIT": "Bytes"}
    none = await acted("metric", aws, tmp_path / "2", {**given, "VALUE": "none"})
    assert "There is no value of the last 15 minutes." in none.reason
    named = [("ClusterName", "shop"), ("ServiceName", 'check "out"')]
    aws.client("cloudwatch").put_metric_data(
        Namespace="AWS/ECS",
        MetricData=[
            {
                "MetricName": "CPUUtilization",
                "Dimensions": [{"Name": key, "Value": value} for key, value in named],
                "Value": 80.0,
            }
        ],
    )
    given = {"NAMESPACE": "AWS/ECS", "METRIC": "CPUUtilization", "DIMENSION": "ClusterName"}
    also = {"VALUE": "shop", "ALSO": ['ServiceName=check "out"']}
    told = await acted("metric", aws, tmp_path / "3", {**given, **also})
    assert told.outputs["NEWEST"] == 80.0
    shown("metric")


async def test_a_file_a_queue_and_a_name(aws: Account, tmp_path: Path) -> None:
    file = {"BUCKET": "backups", "KEY": "daily/1.dump"}
    assert (await acted("s3_object", aws, tmp_path / "1", file)).outputs["SIZE"] == 5
    waiting = await acted("sqs_queue", aws, tmp_path / "2", {"QUEUE": "shop-dead"})
    assert waiting.outputs == {"WAITING": 3, "IN_FLIGHT": 0, "DELAYED": 0}
    name = {"ZONE": aws.made["zone"], "NAME": "www.example.com", "TYPE": "CNAME"}
    led = await acted("dns_record", aws, tmp_path / "3", name)
    assert led.outputs == {"VALUES": ["blue.example.com"], "TTL": 60, "ALIAS": ""}
    other = await acted("dns_record", aws, tmp_path / "4", {**name, "NAME": "a.example.com"})
    assert "There is no CNAME record of a.example.com." in other.reason
    shown("s3_object", "sqs_queue", "dns_record")


async def test_a_wildcard_is_found_as_route_53_spells_it(tmp_path: Path) -> None:
    """AWS writes a * as \\052, moto does not."""
    answer = {"ResourceRecordSets": [{"Name": "\\052.example.com.", "Type": "A", "TTL": 60}]}
    (tmp_path / "aws").write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(answer)}\nEND\n")
    (tmp_path / "aws").chmod(0o755)
    around = {**ENVIRON, "PATH": f"{tmp_path}:{ENVIRON['PATH']}"}
    given = {"ZONE": "Z1", "NAME": "*.example.com", "TYPE": "A"}
    done = await carried_out("aws", "dns_record", tmp_path / "1", {}, given, around=around)
    assert done.outputs == {"VALUES": [], "TTL": 60, "ALIAS": ""}


async def test_a_function(aws: Account, tmp_path: Path) -> None:
    def limit() -> int:
        found = aws.client("lambda").get_function(FunctionName="mail")
        return int(found.get("Concurrency", {}).get("ReservedConcurrentExecutions", -1))

    told = await acted("lambda_function", aws, tmp_path / "1", {"FUNCTION": "mail"})
    assert told.outputs == {"STATE": "Active", "LAST_UPDATE": "Successful", "CONCURRENCY": -1}
    given = {"FUNCTION": "mail", "COUNT": 20}
    await acted("lambda_concurrency", aws, tmp_path / "2", given, undone=True)
    assert limit() == -1
    assert (await acted("lambda_concurrency", aws, tmp_path / "3", given)).outputs == {"BEFORE": -1}
    await acted("lambda_concurrency", aws, tmp_path / "4", {**given, "COUNT": 5}, undone=True)
    assert limit() == 20
    shown("lambda_function", "lambda_concurrency")


NEVER_MISSING = {"identity", "metric", "ssm_run"}
"""The first two need nothing to be there, and moto has an agent on every instance."""
MISSING = sorted(set(bundled("aws").said.actions) - NEVER_MISSING)  # type: ignore[union-attr]


@pytest.mark.parametrize("action", MISSING)
async def test_what_is_not_there_fails(aws: Account, tmp_path: Path, action: str) -> None:
    """With the values of the example, of which nothing is in this account."""
    done = await acted(action, aws, tmp_path)
    assert not done.ok
    assert "exited with 255" in done.reason or "There is no" in done.reason
