"""Programs that scripts and pages call, by their names: what else stands first in a line may be anything."""

from __future__ import annotations

import re

_NAMES = """
ack ansible ansible-playbook apt apt-get argocd ash awk aws az base64 basename bash bc brew bzip2
cargo cat cd certbot chattr chgrp chmod chown chroot cilium circleci composer conda consul cp cqlsh
crictl cronitor crontab csplit ctr curl cut date dd declare df dhclient diff dig dirname dmesg dnf
docker docker-compose doctl dog dpkg dropdb du echo egrep eksctl elasticdump env etcd etcdctl eval
exec exit export expr false ffmpeg fgrep file find firewall-cmd flock flux fold free fsck gcloud gdb
getent gh git glab go gpg grep groups gsutil gunzip gzip haproxy head helm heroku host hostname
hostnamectl hping3 htop http id ifconfig influx iostat ip ipmitool iptables isql istioctl java jcmd
jmap jmeter journalctl jps jq jstack jstat k9s kafka-configs kafka-console-consumer kafka-console-
consumer.sh kafka-console-producer kafka-consumer-groups kafka-consumer-groups.sh kafka-reassign-
partitions kafka-topics kafka-topics.sh kcat kill killall kinit ksh kubeadm kubectl kubectx kubens
kustomize ldapsearch less linkerd ln local logger logrotate ls lsblk lscpu lsmod lsof lvextend lvs
mail mailx make man mc md5sum megacli mkdir mkfs mktemp mongo mongodump mongosh more mount mpstat
mtr mv mysql mysqladmin mysqlbinlog mysqldump mysqlsh nano nc netstat newrelic nft nginx nice nmap
nodetool nohup nomad npm nslookup ntpdate ntpq oc openssl openstack packer parted passwd patch
patronictl pdsh perl pg_basebackup pg_ctl pg_ctlcluster pg_dump pg_dumpall pg_isready pg_restore
pg_rewind pgbackrest pgbouncer pgrep php ping pip pip3 pkill pm2 podman poweroff printf promtool ps
psql pssh pulumi pup puppet pvs pwd python python2 python3 rabbitmq-diagnostics rabbitmqctl rails
rake rbd rclone read readlink realpath reboot redis-cli return rm rmdir rpm rsync ruby runuser salt
sar scp screen sed sendmail seq service sestatus set sftp sh sha256sum shift shopt shutdown sleep
smartctl snap sort source split sqlcmd sqlite3 sqlplus sqsh ss ssh ssh-copy-id ssh-keygen ssh-
keyscan stat stern strace strings su sudo swapoff sync sysctl systemctl tail tar tcpdump
tcptraceroute tee telnet terraform test time timeout tkn tmux tofu top touch tr traceroute trap true
tune2fs type ufw ulimit umask umount uname uniq unset unzip update-ca-certificates uptime useradd
usermod uuidgen vacuumdb valkey-cli vault velero vgs vi vim virsh visudo vmstat wait watch wc wget
which who whoami xargs yarn yq yum zcat zfs zgrep zip zkCli.sh zookeeper-shell zpool zsh
"""

KNOWN_PROGRAMS = frozenset(_NAMES.split())
"""Names of programs and builtins."""

_LEADING = re.compile(r"(?:sudo|time|nohup|env|watch)\s+(?:-\S+\s+)*|(?:[A-Z_][A-Z0-9_]*=\S*\s+)+")


def looks_like_command(line: str) -> bool:
    """Whether a line begins with a program that is known, or with the path of one."""
    text = line.strip()
    if text.split(None, 1)[:1] == ["watch"]:
        return True
    while (leading := _LEADING.match(text)) is not None:
        text = text[leading.end() :]
    first = text.split(None, 1)[0] if text else ""
    if first in KNOWN_PROGRAMS:
        return True
    return bool(re.match(r"(?:\./|/(?:usr|opt|bin|sbin|srv|etc)/|~/)\S+$", first))
