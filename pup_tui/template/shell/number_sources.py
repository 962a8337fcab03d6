"""What a system and its services have numbers for, and nothing else: files, settings, and fields."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from pup_tui.late_pattern import late_pattern

_SETTING: Final = (
    rb"fs{0}(?:file-max|file-nr|nr_open|inotify{0}max_\w+|aio-(?:max-)?nr)"
    rb"|kernel{0}(?:pid_max|threads-max|shmmax|shmall|shmmni|sem|msgmax|panic|randomize_va_space)"
    rb"|vm{0}(?:swappiness|overcommit_\w+|max_map_count|dirty_\w+|nr_hugepages|min_free_kbytes"
    rb"|vfs_cache_pressure)"
    rb"|net{0}core{0}(?:somaxconn|[rw]mem_(?:max|default)|netdev_max_backlog)"
    rb"|net{0}ipv4{0}(?:ip_forward|ip_local_port_range|tcp_(?:max_syn_backlog|fin_timeout|tw_reuse"
    rb"|syncookies|keepalive_(?:time|intvl|probes)))"
    rb"|net{0}(?:netfilter{0})?nf_conntrack_(?:max|count)"
)
"""Settings of a kernel, by what stands between their names."""
_SETTINGS: Final = late_pattern(_SETTING.replace(b"{0}", rb"[./]"))
_FILES: Final = late_pattern(
    rb"/proc/(?:loadavg|uptime|sys/(?:" + _SETTING.replace(b"{0}", b"/") + rb"))"
    rb"|/sys/class/net/[\w.-]+/(?:mtu|speed|carrier|statistics/\w+)"
    rb"|/sys/block/\w+/(?:size|queue/(?:rotational|nr_requests))"
    rb"|/sys/fs/cgroup/(?:[\w.@-]+/)*(?:memory|pids)\.current"
)
_TABLES: Final = late_pattern(
    rb"/proc/(?:meminfo|vmstat)|/proc/(?:self|[0-9]+)/(?P<status>status|limits)"
)
"""Files of which each line is a name and a number, but that of ``status`` the first lines hold any text."""
_UNIT: Final = late_pattern(
    rb"(?:Exec)?MainPID|ControlPID|NRestarts|ExecMain(?:Status|Code)|MemoryCurrent|TasksCurrent"
    rb"|CPUUsageNSec"
)
_OBJECT: Final = (
    rb"\.(?:spec\.(?:replicas|minReplicas|maxReplicas|completions|parallelism|backoffLimit)"
    rb"|status\.(?:replicas|\w+Replicas|active|succeeded|failed|observedGeneration"
    rb"|(?:desired|current|updated)NumberScheduled|number\w+|disruptionsAllowed"
    rb"|(?:current|desired|expected)(?:Healthy|Pods))"
    rb"|status\.containerStatuses\[[0-9]+\]\.restartCount"
    rb"|metadata\.generation)"
)
"""What Kubernetes has a number for."""
_PATHS: Final = late_pattern(rb"(?:\{" + _OBJECT + rb"\}|\\[nt]|\{\"\\[nt]\"\}|[ ,:/])+")
_CONTAINER: Final = (
    rb"\.(?:RestartCount|State\.(?:Pid|ExitCode|Health\.FailingStreak)|Size(?:Rw|RootFs)?"
    rb"|HostConfig\.(?:Memory|NanoCpus|CpuShares|PidsLimit))"
)
"""What Docker has a number for."""
_ACTION: Final = late_pattern(rb"(?:\{\{\s*" + _CONTAINER + rb"\s*\}\}|[ ,:/])+")
_JQ_PATH: Final = late_pattern(
    rb"\s*(?:\.(?:items)?\[[0-9]*\])?(?P<path>(?:\.\w+(?:\[[0-9]+\])?)+)\s*(?://\s*[0-9]+\s*)?"
)
_AWS_FIELD: Final = late_pattern(
    rb"(?:\w+(?:\[[^]|]*\])*\.)*"
    rb"(?:DesiredCapacity|MinSize|MaxSize|(?:desired|running|pending)Count|AllocatedStorage"
    rb"|ApproximateNumberOfMessages(?:NotVisible|Delayed)?|VolumeSize|Iops|KeyCount|ContentLength"
    rb"|ShardCount|ItemCount|ReservedConcurrentExecutions|MemorySize|Timeout)"
)
"""What Amazon has a number for."""
_AWS_LENGTH: Final = late_pattern(rb"length\((?:[^()]|\([^()]*\))*\)")


def is_number_file(path: bytes) -> bool:
    """Whether a file of the system holds numbers only."""
    return _FILES.fullmatch(path) is not None


def has_numbers(path: bytes, pattern: bytes) -> bool:
    """Whether the second column of a file holds numbers, on the lines that a pattern finds."""
    found = _TABLES.fullmatch(path)
    is_bound = pattern.startswith(b"^") and pattern[1:4] not in (b"", b"Nam")
    return found is not None and (found["status"] is None or is_bound)


def is_setting(name: bytes) -> bool:
    """Whether a setting of the kernel is a number."""
    return _SETTINGS.fullmatch(name) is not None


def is_unit_number(name: bytes) -> bool:
    """Whether a property of a unit of systemd is a number."""
    return _UNIT.fullmatch(name) is not None


def is_object_number(form: bytes) -> bool:
    """Whether a way of ``kubectl -o`` tells numbers only."""
    name, _, told = form.partition(b"=")
    return name == b"jsonpath" and _PATHS.fullmatch(told) is not None and b"{" in told


def is_container_number(form: bytes) -> bool:
    """Whether a format of ``docker inspect`` tells numbers only."""
    return _ACTION.fullmatch(form) is not None and b"{" in form


def is_cloud_number(query: bytes) -> bool:
    """Whether a query of ``aws`` gives numbers."""
    return any(form.fullmatch(query) for form in (_AWS_LENGTH, _AWS_FIELD))


def is_number_path(source: Sequence[bytes], path: bytes) -> bool:
    """Whether a path of `jq` leads to a number in what a command prints, or to nothing.

    ``source`` are its words without options and their values.
    """
    found = _JQ_PATH.fullmatch(path)
    program, verb = (*source[:2], b"", b"")[:2]
    if found is None:
        return False
    if program in (b"kubectl", b"oc"):
        return verb == b"get" and re.fullmatch(_OBJECT, found["path"]) is not None
    is_docker = program in (b"docker", b"podman") and verb == b"inspect"
    return is_docker and re.fullmatch(_CONTAINER, found["path"]) is not None
