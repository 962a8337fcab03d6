"""An account of AWS for tests: moto's server on a free port of loopback, and what is made in it."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import Server, server_of
from tests.support.ports import answers
from tests.support.runs import ENVIRON

SECRET = "s3cret-of-aws"
KEY_ID = "AKIAIOSFODNN7EXAMPLE"
REGION = "eu-west-1"
GIB = 1024**3


@dataclass(frozen=True)
class Account:
    """What stands in the account, and how to get at it without the program."""

    server: Server
    made: dict[str, str] = field(default_factory=dict)

    @property
    def environ(self) -> Mapping[str, str]:
        """What leads `aws` to it."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.server.port}",
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": REGION,
        }

    @property
    def around(self) -> Mapping[str, str]:
        """The surroundings of a process: the program is found, and no configuration of anybody."""
        programs = f"{Path(sys.executable).parent}:{ENVIRON['PATH']}"
        nothing = {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
        return {**ENVIRON, **nothing, "PATH": programs}

    def client(self, service: str) -> Any:
        return self._session.client(service, endpoint_url=self.environ["AWS_ENDPOINT_URL"])

    @cached_property
    def _session(self) -> Any:
        import boto3

        return boto3.Session(KEY_ID, SECRET, region_name=REGION)

    def instance(self, name: str) -> str:
        """An instance that runs; gives its id."""
        ec2 = self.client("ec2")
        image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        tags = {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}
        (made,) = ec2.run_instances(
            ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=[tags]
        )["Instances"]
        return str(made["InstanceId"])

    def public_bucket(self, name: str) -> None:
        """A bucket that all may read, by a grant and by its policy."""
        s3 = self.client("s3")
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.delete_public_access_block(Bucket=name)
        s3.put_bucket_acl(Bucket=name, ACL="public-read")
        statement = {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{name}/*",
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))

    def function(self, name: str) -> None:
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("notify.py", "def notify(event, context): pass\n")
        self.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.12",
            Role=self.made["role"],
            Handler="notify.notify",
            Code={"ZipFile": code.getvalue()},
        )

    def throttles(self, function: str, count: int, minutes_ago: int = 0) -> None:
        """How many calls of a function were refused in a minute."""
        value = {
            "MetricName": "Throttles",
            "Dimensions": [{"Name": "FunctionName", "Value": function}],
            "Timestamp": datetime.now(UTC) - timedelta(minutes=minutes_ago),
            "Value": count,
            "Unit": "Count",
        }
        self.client("cloudwatch").put_metric_data(Namespace="AWS/Lambda", MetricData=[value])

    def key(self, user: str) -> str:
        """A user with an access key; gives the id of that."""
        iam = self.client("iam")
        iam.create_user(UserName=user)
        return str(iam.create_access_key(UserName=user)["AccessKey"]["AccessKeyId"])

    def database(self, name: str, storage: int = 100, *, standby: bool = False) -> None:
        self.client("rds").create_db_instance(
            DBInstanceIdentifier=name,
            Engine="postgres",
            DBInstanceClass="db.t3.micro",
            AllocatedStorage=storage,
            MultiAZ=standby,
            MasterUsername="app",
            MasterUserPassword="long-enough",
        )

    def service(self, name: str) -> None:
        """A service of two tasks in the cluster `shop`, of the second of two definitions."""
        ecs = self.client("ecs")
        for revision in (1, 2):
            container = {"name": name, "image": f"{name}:1.{revision}", "memory": 64}
            ecs.register_task_definition(family=name, containerDefinitions=[container])
        ecs.create_service(
            cluster="shop", serviceName=name, taskDefinition=f"{name}:2", desiredCount=1
        )
        # The tasks of a service begin to run when their number is said.
        ecs.update_service(cluster="shop", service=name, desiredCount=2)

    def storage_alarm(self, name: str, database: str, *, state: str = "ALARM") -> None:
        """An alarm for less than 10 GiB free storage of a database."""
        watch = self.client("cloudwatch")
        watch.put_metric_alarm(
            AlarmName=name,
            Namespace="AWS/RDS",
            MetricName="FreeStorageSpace",
            Dimensions=[{"Name": "DBInstanceIdentifier", "Value": database}],
            Statistic="Average",
            Period=60,
            EvaluationPeriods=1,
            Threshold=10.0 * GIB,
            ComparisonOperator="LessThanThreshold",
        )
        watch.set_alarm_state(AlarmName=name, StateValue=state, StateReason=f"it is {state}")

    def free_storage(self, database: str, gib: float) -> None:
        """A value of the metric, of now."""
        value = {
            "MetricName": "FreeStorageSpace",
            "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": database}],
            "Value": gib * GIB,
            "Unit": "Bytes",
        }
        self.client("cloudwatch").put_metric_data(Namespace="AWS/RDS", MetricData=[value])


def _furnish(account: Account) -> None:
    """Put one of each kind of thing into an account."""
    image = account.client("ec2").describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    (instance,) = account.client("ec2").run_instances(ImageId=image, MinCount=1, MaxCount=1)[
        "Instances"
    ]
    account.made["instance"] = instance["InstanceId"]
    account.client("ecs").create_cluster(clusterName="shop")
    account.service("web")
    groups = account.client("autoscaling")
    groups.create_launch_configuration(
        LaunchConfigurationName="web", ImageId=image, InstanceType="t3.micro"
    )
    groups.create_auto_scaling_group(
        AutoScalingGroupName="web",
        LaunchConfigurationName="web",
        MinSize=1,
        MaxSize=4,
        DesiredCapacity=2,
        AvailabilityZones=[f"{REGION}a"],
    )
    queues = account.client("sqs")
    url = queues.create_queue(QueueName="shop-dead")["QueueUrl"]
    for number in range(3):
        queues.send_message(QueueUrl=url, MessageBody=str(number))
    files = account.client("s3")
    files.create_bucket(Bucket="backups", CreateBucketConfiguration={"LocationConstraint": REGION})
    files.put_object(Bucket="backups", Key="daily/1.dump", Body=b"12345")
    _zone(account)
    _function(account)


def _zone(account: Account) -> None:
    names = account.client("route53")
    zone = names.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
    account.made["zone"] = zone.rpartition("/")[2]
    record = {
        "Name": "www.example.com",
        "Type": "CNAME",
        "TTL": 60,
        "ResourceRecords": [{"Value": "blue.example.com"}],
    }
    change = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    names.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=change)


def _function(account: Account) -> None:
    role = account.client("iam").create_role(
        RoleName="notify", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17"})
    )["Role"]["Arn"]
    account.made["role"] = role
    account.function("mail")


@contextmanager
def account_of_aws() -> Iterator[Account]:
    """An account with one of each kind of thing that actions are about, for as long as the block takes."""
    pytest.importorskip("moto", reason="moto is not installed: it comes with the extra `dev`")

    def arguments(_folder: Path, port: int) -> list[str]:
        return ["-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]

    def is_up(port: int) -> bool:
        return answers(port, "/moto-api/data.json")

    with server_of("python3", sys.executable, arguments, is_up) as up:
        account = Account(up)
        _furnish(account)
        yield account
