from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pup_tui.runbook.lint import RULES, linter
from pup_tui.runbook.lint.rules import MAX_WARNINGS
from pup_tui.runbook.lint.silencing import USELESS
from pup_tui.runbook.load import Loaded
from pup_tui.runbook.pattern import matches
from tests.support.bundled import BUNDLED, load_bundled

Lint = Callable[..., Loaded]


def step(*lines: str, kind: str = "shell", name: str = "s", top: str = "name: runbook") -> str:
    keys = "".join(f"    {line}\n" for line in lines)
    return f"{top}\nsteps:\n  - name: {name}\n    kind: {kind}\n{keys}"


def steps(*lines: str, top: str = "name: runbook") -> str:
    return f"{top}\nsteps:\n" + "".join(f"  - {line}\n" for line in lines)


def named(hosts: int) -> list[str]:
    return [f"web{number}" for number in range(hosts)]


def fleet(loop: str, more: str = "strict: true", host: str = "host: '{{ item }}'") -> str:
    return steps(f"{{name: a, kind: shell, run: x, {loop}, {more}, {host}}}")


def answers(match: str) -> str:
    return f"name: runbook\nalerts: [{{match: {match}}}]"


def shell(script: str, *more: str, variables: str = "X: {}") -> str:
    return step("run: |", f"  {script}", *more, top=f"name: runbook\nvars: {{{variables}}}")


def pup(words: str, variables: str = "X: {}") -> str:
    return step(f"run: {words}", kind="pup", top=f"name: runbook\nvars: {{{variables}}}")


def sql(query: str, *more: str) -> str:
    url = "url: postgresql://db.example.com/a"
    return step(f'query: "{query}"', url, *more, kind="sql", top="name: runbook\nvars: {X: {}}")


TOKEN = "ghp_" + "a" * 36
HEX = "0123456789abcdef" * 2
AFTER_FAILURE = "{name: b, kind: shell, run: x, when: on_failure}"
FAILS = "{name: a, kind: shell, run: x, assert: 'false'}"
RUN = "{name: b, kind: shell, run: x}"
UNTIL = "{interval: 1s, until: empty}"
INT = "X: {type: integer}"
AN_URL = "X: {type: url}"


def bash_size(variables: str) -> str:
    script = 'n=$(du -sk "/srv/{{ X }}" | cut -f1); echo $((n))'
    return shell(script, "shell: bash", variables=variables)


A_WORD = "X: {pattern: '[a-z].*'}"
GROUPED = (
    "{name: g, kind: group, foreach: {ssh_config: x-*}, keep_going: true, steps: "
    "[{name: a, kind: shell, host: '{{ item }}', %s}]}"
)
ON_GROUP = (
    "{name: g, kind: group, foreach: {ssh_config: x-*}, keep_going: true, host: '{{ item }}', "
    "steps: [{name: a, kind: shell, %s}]}"
)
CONFIRM = "{name: c, kind: confirm, message: Sure?}"
DANGER = "{name: d, kind: shell, run: x, danger: true}"

DESTRUCTIVE = [
    "psql --command='drop table a'",
    "gcloud compute ssh h --command='rm -r /srv/a'",
    "mysql -e'drop table a'",
    "cqlsh -e 'drop keyspace a'",
    "bash <<< 'rm -r /srv/a'",
    "vault kv delete secret/a",
    "vault kv metadata delete secret/a",
    "vault operator step-down",
    "aws kms schedule-key-deletion --key-id a",
    "aws rds failover-db-cluster --db-cluster-identifier a",
    "aws autoscaling set-desired-capacity --auto-scaling-group-name a --desired-capacity 0",
    "gcloud sql instances failover a",
    "terragrunt run-all destroy",
    "redis-cli cluster failover",
    "redis-cli --cluster del-node a:1 b",
    "kubectl apply --prune -f a.yml",
    "certbot revoke --cert-name a",
    "openssl ca -revoke a.pem",
    "pg_restore -c -d a b.dump",
    "/etc/init.d/a stop",
    "gsutil -m rsync -d -r a gs://b",
    "hdfs dfs -rm -r /a",
    "curl -s4XDELETE https://example.com/a",
    "http delete example.com/a",
    "curl -X POST https://example.com/a/_close",
    "heroku ps:scale web=0",
    "passwd -l a",
    "apt-get -y purge nginx",
    "git push origin +main",
    "curl -fsS -X DELETE https://es.example.com/logs",
    "curl https://es.example.com/logs --request DELETE",
    "curl -XDELETE https://es.example.com/logs",
    "curl -sXDELETE https://es.example.com/logs",
    "curl -fsSX DELETE https://es.example.com/logs",
    "ansible web -ba state=absent",
    "${DRY_RUN:+echo} rm -rf /srv/a",
    "sudo ${DRY_RUN:+echo} rm -rf /srv/a",
    "DRY=; $DRY rm -rf /srv/a",
    "DRY=; [ -n {{ X }} ] && DRY=echo; $DRY rm -rf /srv/a",
    'run() { ${DRY_RUN:+echo} "$@"; }; run rm -rf /srv/a',
    "find /var/log -name '*.gz' -mtime +7 -exec rm {} +",
    "dd if=/dev/zero bs=1M of=/dev/nvme0n1",
    "shutdown -r now",
    "iptables -F",
    "rm -rf /srv/{{ X }}",
    "sudo rm -r /srv/a",
    "echo a | xargs rm -r",
    "find /srv -name '*.gz' -print0 | xargs -0 -r rm -f",
    "ansible web -b -m ansible.builtin.file -a 'path=/srv/a state=absent'",
    "ansible web -m file --args=state=absent",
    "ansible web -m service -a 'name=nginx state=stopped'",
    "ansible web -m reboot",
    "kubectl -n {{ X }} delete pod a",
    "terraform -chdir=a apply -auto-approve",
    "tofu destroy",
    "terraform state rm aws_instance.a",
    "docker compose -f a.yml down -v",
    "docker-compose down --volumes",
    "crontab -u a -r",
    "gh repo delete a/b --yes",
    "git clean -fdx",
    "velero backup delete a",
    "kubectl replace --force -f a.yml",
    "mysqladmin -h a drop b",
    "aws --region {{ X }} ec2 terminate-instances --instance-ids a",
    "aws s3api delete-object --bucket a",
    "git push --force origin main",
    "truncate -s 0 /var/log/a",
    "psql -c 'DROP TABLE a'",
    "psql -c 'begin; delete  from a'",
    "mysql <<< 'drop table a'",
    "ssh host 'rm -r /srv/a'",
    'psql -c "update a set b = 1"',
    'psql "$URL" -XAt -c "DELETE FROM $TABLE"',
    'mysql -e "alter table a drop column b"',
    "sqlite3 a.db 'drop table if exists b'",
    "ssh host 'psql -c \"truncate a\"'",
    "psql -c 'with x as (select 1) delete from a'",
    "psql -c 'update a set b = (select 1 where true)'",
    "psql <<E\n      \\timing\n      delete from a;\n      E",
    "systemctl --now disable a.service",
    "sudo systemctl stop {{ X }}",
    "service {{ X }} stop",
    "kill -9 {{ X }}",
    "kill -s KILL 4711",
    "kill -kill 4711",
    'kill "$(cat /run/a.pid)"',
    'for pid in $(pgrep a); do kill "$pid"; done',
    "pid=$!; read -r pid; kill $pid",
    "pkill -f {{ X }}",
    "pgrep a | xargs -r kill",
    "fuser -k 80/tcp",
    "docker stop a",
    "docker compose -f a.yml down",
    "kubectl scale deploy/a --replicas 0",
    "kubectl drain a",
    "aws ec2 stop-instances --instance-ids a",
    "ip link set dev eth0 down",
    "apt-get -y purge a",
    "wget --method DELETE https://es.example.com/logs",
    "wget --method=DELETE https://es.example.com/logs",
    'rm -rf "$(cat list)"',
    "rm -rf /tmp/../srv",
    't=$(mktemp -d); t=/srv; rm -rf "$t"',
    't=$(mktemp -d); for t in /srv/*; do rm -rf "$t"; done',
    'rm -rf "$TMPDIR/a"',
    "psql -c 'select pid, pg_terminate_backend(pid) from pg_stat_activity'",
    "mysql -e 'kill 5'",
    "psql -c 'with a as (select pg_terminate_backend(1)) delete from t where x = 1'",
    "t=$(mktemp -d); trap 't=/srv; rm -rf \"$t\"' EXIT",
    "echo 'rm -rf /srv/a' | ssh host",
    "echo rm -rf /srv/a | tr -d x | sudo bash >log",
    "printf '%s\\n' 'cd /srv' 'rm -rf a' | sh",
    "{ echo cd /srv; echo rm -rf a; } | ssh host bash",
    "cat <<E | ssh host bash\n      rm -rf /srv/a\n      E",
    "ssh host <<E 2>&1 | tee log\n      rm -rf /srv/a\n      E",
    "psql <<E; date\n      drop table a;\n      E",
    "cat <<A; ssh host <<B\n      a\n      A\n      rm -rf /srv/a\n      B",
    "f() { bash a.sh; }; cat > a.sh <<E\n      rm -rf /srv/a\n      E\n      f",
    "f() { . /tmp/a.sh; }; cat <<E > /tmp/a.sh\n      rm -rf /srv/a\n      E\n      f",
    "echo 'rm -rf /srv/a' > a; chmod +x a; sudo ./a",
    'f=$(mktemp); cat > "$f" <<E; bash "$f"\n      rm -rf /srv/a\n      E',
    "ls | bash <<E\n      rm -rf /srv/a\n      E",
    "echo 'drop table a' | psql",
    "printf 'drop table %s' a | mysql app",
    "echo flushall | redis-cli -h a",
    "redis-cli <<E\n      get a\n      del a\n      E",
    "git push origin :old",
    "git push -q --delete origin old",
    "git push origin main +old",
    "git stash drop",
    "mongosh --quiet --eval 'db.users.drop()'",
    "mongosh a --eval \"db.getSiblingDB('b').dropDatabase()\"",
    "echo 'db.a.deleteMany({})' | mongosh",
    "ssh host mongosh --eval \"'db.a.drop()'\"",
    "redis-cli -h a flushall",
    "redis-cli -n 3 unlink a",
    "valkey-cli flushdb",
    "python3 -c 'import shutil; shutil.rmtree(\"/srv/a\")'",
    "rails runner 'User.destroy_all'",
    "cypher-shell 'match (n) detach delete n'",
    "influx -execute 'drop database a'",
    'influx -execute "DELETE FROM cpu"',
    "hbase shell <<< \"disable 'a'\"",
    "echo \"drop 'a'\" | hbase shell",
    "git filter-repo --path a --invert-paths",
    "az -o json group delete --name a",
    "az storage blob delete -n a",
    "kill -n 9 {{ X }}",
    "pkill --signal KILL a",
    't=$(mktemp -d); ssh host "rm -rf $t"',
    't=$(mktemp -d); docker exec a sh -c "rm -rf $t"',
    "curl -X POST https://es.example.com/logs/_delete_by_query",
    "gh api -X DELETE /repos/a/b",
    "rclone purge a:b",
    "rsync -a --delete-after a/ host:b",
    "kafka-consumer-groups.sh --reset-offsets --to-earliest --execute --topic a",
    "ceph osd pool delete a",
    "patronictl failover a",
]
HARMLESS = [
    "echo 'rm -rf /srv/a' > a; bash b; ./c; cat a",
    "curl -sX POST https://es.example.com/DELETE",
    "DRY=echo; $DRY rm -rf /srv/a",
    "ls $OPTIONS rm -r",
    "cat <<A; ssh host <<B\n      rm -rf /srv/a\n      A\n      date\n      B",
    "cat > plan <<E; chmod 600 plan\n      rm -rf /srv/a\n      E",
    "truncate --help",
    "echo a | xargs -n 1 echo rm",
    "ls | xargs -r cat",
    "ansible web -m file -a 'path=/srv/a state=touch'",
    "ansible web --check -m file -a 'path=/srv/a state=absent'",
    "kubectl delete --help",
    "terraform apply --help",
    "sudo shutdown --version",
    "kubectl cordon a",
    "git push origin main",
    "curl -X POST https://es.example.com/logs",
    "find /var/log -exec ls {} +",
    "dd if=/dev/sda of=/dev/null",
    "shutdown -c",
    "iptables -L",
    "rm {{ X }}",
    "rm -r /tmp/a /var/tmp/b",
    't=$(mktemp -d); rm -rf "$t"',
    "kubectl delete pod a --dry-run=client",
    "kubectl get pod delete",
    "az group show -n delete",
    "az storage account show --name stop -g a",
    "influx -execute 'select * from \"drop\"'",
    "echo \"status 'drop'\" | hbase shell",
    "git filter-repo --analyze",
    "docker compose ps",
    "systemctl status stop",
    "systemctl restart a",
    "systemctl reload a",
    "kill -0 {{ X }}",
    "kill -HUP {{ X }}",
    "kill -s USR1 {{ X }}",
    "kill -l",
    "kill --signal 0 {{ X }}",
    "kill -n 0 {{ X }}",
    "kill -n 1 {{ X }}",
    "pkill --signal USR1 a",
    "pkill --signal=SIGHUP a",
    "killall -SIGUSR2 a",
    't=$(mktemp -d); bash -c "rm -rf $t"',
    't=$(mktemp -d); sudo timeout 9 bash -c "rm -rf $t/a"',
    "echo 'rm -rf /srv/a' | tee plan",
    "echo 'rm -rf /srv/a' | ssh host cat",
    "echo 'select 1' | psql",
    "mongosh --eval 'db.users.countDocuments()'",
    "mongosh --eval 'print(\"db.users.drop()\")'",
    "redis-cli get flushall",
    "redis-cli info | grep del",
    "git push origin main:main",
    "pg_restore -Fc -d a b.dump",
    "pg_restore -Fc -j4 -l b.dump",
    "git clean -nfd",
    "crontab -uroot -l",
    "modprobe -n -r a",
    "terragrunt run-all plan",
    "redis-cli --cluster check a:1",
    "aws autoscaling set-desired-capacity --auto-scaling-group-name a --desired-capacity 3",
    "certbot renew",
    "/etc/init.d/a status",
    "heroku ps:scale web=2",
    "usermod -aG a b",
    "curl -s4XGET https://example.com/a",
    "sleep 9 & kill $!",
    'sleep 9 & pid=$!; sleep 1; kill -9 "$pid"',
    "sleep 9 & kill %1; kill $(jobs -p)",
    "coproc sleep 9; kill $COPROC_PID",
    'coproc sleep 9; kill "${COPROC_PID}"',
    "sleep 9 & trap 'kill $!' EXIT",
    'sleep 9 & echo $! > a.pid; kill "$(cat a.pid)"',
    "t=$(mktemp -d); trap 'rm -rf \"$t\"' EXIT",
    "sleep 9 & pid=$!; trap 'kill $pid' EXIT",
    "sleep 9 & echo $! > a.pid; trap 'kill $(cat a.pid)' EXIT",
    "apt-get remove -s foo",
    'rm -rf "$(mktemp -d)"',
    "rm -rf `mktemp -d`",
    'rm -rf "$(mktemp -d -t a.XXXXXX)/b"',
    'rm -rf "${TMPDIR:-/tmp}/a"',
    'local t; t="$(mktemp -d)"; rm -rf "${t}/a" "$t"',
    "sh -c 't=$(mktemp -d); rm -rf \"$t\"'",
    't=$(mktemp -d); rm -rf -- "${t:?}/a" "${t:?not made}"',
    "kubectl scale deploy/a --replicas 3",
    "psql -c 'select pg_cancel_backend(5)'",
    "psql -c \"select 'pg_terminate_backend(5)'\"",
    "mysql -e 'kill query 5'",
    "crontab -l",
    "kubectl replace -f a.yml",
    "git branch -d a",
    "echo kubectl delete",
    "terraform plan -destroy",
    "aws ec2 describe-instances --filters delete-a",
    "git push origin main",
    "psql -c 'select drop from a'",
    "psql -c \"delete from a where b < now() - interval '1 day'\"",
    "psql -c \"update a set b = 'drop' where c = {{ X }}\"",
    "psql -c 'select 1 -- drop table a'",
    "psql -c 'alter table a alter b drop not null'",
    "psql -c 'insert into a values (1) on conflict do update set b = 1'",
    "psql -c 'explain delete from a'",
    "mysql -e 'drop temporary table a'",
    "find . -name a",
    "# rm -r /srv",
]
VARS = "name: runbook\nvars: {X: {}}"

MANY = "".join(f"  - {{name: s{n}, kind: shell, run: '{'true; ' * 1000}'}}\n" for n in range(20))

CASES = [
    ("not-looked-through", f"name: runbook\nsteps:\n{MANY}", 19),
    ("not-looked-through", step("run: x"), None),
    ("dotted-name", step("run: docker ps -f '{{ .X }}'", top=VARS), 6),
    ("dotted-name", step("message: 'a {{- .X | upper -}}'", kind="manual", top=VARS), 6),
    ("dotted-name", step("run: docker ps -f '{{ .Names }} {{ X }} {{ .X.Y }}'", top=VARS), None),
    ("dollar-name", shell('echo "a $X"'), 7),
    ("dollar-name", shell("echo ${X}/a"), 7),
    ("dollar-name", shell("echo a ${X%.*}"), 7),
    ("dollar-name", shell("echo '$X' \\$X ${X:-a} $XY $Y"), None),
    ("dollar-name", shell('X={{ X }}; echo "$X"'), None),
    ("dollar-name", shell('read -r X; echo "$X"'), None),
    ("dollar-name", shell('for X in a b; do echo "$X"; done'), None),
    ("dollar-name", shell('export X=1; echo "$X"'), None),
    ("dollar-name", shell('. ./env; echo "$X"'), None),
    ("dollar-name", shell('echo "$X"', "env: {X: a}"), None),
    ("dollar-name", step("run: echo $X", top=f"{VARS}\ndefaults: {{env: {{X: '{{{{ X }}}}'}}}}"), None),
    ("broad-alert", step("run: x", top=answers("{severity: critical}")), 2),
    ("broad-alert", step("run: x", top=answers("{env: prod, Status: firing, system: Datadog}")), 2),
    ("broad-alert", step("run: x", top=answers("{labels.severity: [page, high]}")), 2),
    ("broad-alert", step("run: x", top=answers("{alertname: '*e*'}")), 2),
    ("broad-alert", step("run: x", top=answers("{alertname: [Disk*, '*'], env: prod}")), 2),
    ("broad-alert", step("run: x", top=answers("{severity: critical, alertname: Disk*}")), None),
    ("broad-alert", step("run: x", top=answers("{severity: critical, service: payments}")), None),
    ("broad-alert", step("run: x", top=answers("{alertname: X}")), None),
    ("broad-alert", step("run: x", top=answers("{title: '*db*'}")), None),
    ("name-differs", step("run: x", top="name: other"), 1),
    ("name-differs", step("run: x", top="name: Runbook"), None),
    ("assert-without-condition", step("run: x", "assert: {message: look}"), 6),
    ("assert-without-condition", step("run: x", "assert: [empty, {message: look}]"), 6),
    ("assert-without-condition", step("run: x", "assert: {empty: false, message: m}"), None),
    ("raw-in-shell", step("run: echo {{ run.id | raw }}"), 5),
    ("raw-in-shell", step("run: echo raw {{ run.id }}"), None),
    ("verify-off", step("url: /x", "verify: false", kind="http"), 6),
    ("verify-off", step("url: /x", "verify: true", kind="http"), None),
    ("password-in-url", step("url: https://a:hunter2@example.com/", kind="http"), 5),
    ("password-in-url", step("url: https://example.com/a:b@c", kind="http"), None),
    ("hidden-characters", step('run: "echo \\u202e"'), 5),
    ("hidden-characters", step("run: x", name="a\u200bb"), 3),
    ("hidden-characters", step("run: x", name="a\u200db"), 3),
    ("hidden-characters", step("run: echo é 日本"), None),
    ("hidden-characters", step("run: echo 👩\u200d💻 🧑🏽\u200d🚒 ❤\ufe0f\u200d🔥 🏳\ufe0f\u200d🌈"), None),
    ("mixed-scripts", step("run: x", name="d\u0430ta"), 3),
    ("mixed-scripts", step("run: x", name="данные"), None),
    ("mixed-scripts", step("run: x", name="再起動する API"), None),
    ("mixed-scripts", step("run: x", top="name: runbook\nvars: {ok: y}"), None),
    ("literal-secret", step(f"run: curl -H {TOKEN}"), 5),
    ("literal-secret", step("run: echo AKIAIOSFODNN7EXAMPLE"), 5),
    ("literal-secret", step("run: x", "stdin: xoxb-1234567890-abc"), 6),
    ("literal-secret", step("run: x", "stdin: '-----BEGIN RSA PRIVATE KEY-----'"), 6),
    ("literal-secret", step("url: /x", f"headers: {{A: Bearer {HEX}}}", kind="http"), 6),
    ("literal-secret", step("url: /x", "headers: {A: 'Bearer {{ run.id }}'}", kind="http"), None),
    ("literal-secret", step("run: x", "env: {API_TOKEN: abcdefgh}"), 6),
    ("literal-secret", step("run: x", "env: {API_TOKEN: '{{ run.id }}'}"), None),
    ("literal-secret", step("run: x", "env: {TOKEN_FILE: /etc/token}"), None),
    ("literal-secret", step("url: /x", "headers: {DD-API-KEY: abcdefgh}", kind="http"), 6),
    ("literal-secret", step("url: /x", "json: {a: [{password: hunter22}]}", kind="http"), 6),
    ("literal-secret", step("url: /x", "json: {a: [{password: '{{ run.id }}'}]}", kind="http"), None),
    ("literal-secret", step(f"run: api --api-key {HEX}"), 5),
    ("literal-secret", step("run: PGPASSWORD=hunter22x psql"), 5),
    ("literal-secret", step("run: PGPASSWORD=$(cat /run/secret1) psql"), None),
    ("literal-secret", step("run: api --token-file=/run/secret12"), None),
    ("literal-secret", step("to: slack://T1JJ3T3L2/A1BRTD4JD/x", "message: m", kind="notify"), 5),
    ("literal-secret", step("to: 'slack://{{ run.id }}/#ops'", "message: m", kind="notify"), None),
    ("literal-secret", step("to: mailto://example.com", "message: m", kind="notify"), None),
    (
        "literal-secret",
        step("run: x", top="name: runbook\nvars: {A: {type: secret, default: abcdefgh}}"),
        2,
    ),
    ("literal-secret", step("run: x", top="name: runbook\nvars: {API_KEY: abcdefgh}"), 2),
    ("unused-capture", step("run: x", "capture: OUT"), 6),
    ("unused-capture", step("run: x", "capture: {OUT: output}"), 6),
    ("unused-capture", step("run: x", "capture: {OUT: {value: output, secret: true}}"), None),
    ("unused-capture", step("run: x", "capture: OUT", "assert: OUT == 'x'"), None),
    (
        "unused-capture",
        steps(
            "{name: a, kind: shell, run: x, capture: OUT}",
            "{name: b, kind: shell, run: 'echo {{ OUT | default(1) }}'}",
        ),
        None,
    ),
    (
        "unused-capture",
        steps(
            "{name: g, kind: group, steps: [{name: a, kind: shell, run: x, capture: OUT}]}",
            "{name: b, kind: shell, run: y, if: OUT == 'z'}",
        ),
        None,
    ),
    (
        "unused-capture",
        steps(
            "{name: a, kind: shell, run: x, capture: OUT}",
            "{name: b, kind: input, vars: {V: {default: '{{ OUT }}'}, W: '{{ OUT }}'}}",
        ),
        None,
    ),
    ("unbounded-wait", shell("while true; do check; sleep 1; done"), 7),
    ("unbounded-wait", shell("until check; do sleep 1; done"), 7),
    (
        "unbounded-wait",
        shell('while :; do r=$(get "$t"); t=$(jq .n <<<"$r"); [ "$t" = null ] && break; done'),
        None,
    ),
    (
        "unbounded-wait",
        shell('while :; do r=$(get "$t"); t=$(jq .n <<<"$r"); if [ -z "$t" ]; then break; fi; done'),
        None,
    ),
    (
        "unbounded-wait",
        shell('while :; do r=$(get $t); t=$(jq .n <<<$r); sleep 1; [ "$t" = x ] && break; done'),
        7,
    ),
    (
        "unbounded-wait",
        shell('while :; do r=$(get x); t=$(jq .n <<<"$r"); [ "$t" = null ] && break; done'),
        7,
    ),
    (
        "unbounded-wait",
        shell('while :; do r=$(get "$n"); [ -z "$r" ] && break; n=$((n+1)); done'),
        None,
    ),
    (
        "unbounded-wait",
        shell('while :; do r=$(get x); echo "$n"; [ -z "$r" ] && break; n=$((n+1)); done'),
        7,
    ),
    (
        "unbounded-wait",
        shell('while :; do t=$(get "$t"); r=$(look); [ "$r" = ok ] && break; done'),
        7,
    ),
    (
        "unbounded-wait",
        shell('until [ "$(aws db --query x --output text)" = up ]; do sleep 30; done'),
        7,
    ),
    (
        "unbounded-wait",
        shell("until [ $(get pods --no-headers | grep -c up) -ge 3 ]; do sleep 1; done"),
        7,
    ),
    ("unbounded-wait", shell('until [ "$(get my--pod)" = up ]; do sleep 1; done'), 7),
    ("unbounded-wait", shell("while ! timeout 5 nc -z db 5432; do sleep 1; done"), 7),
    ("unbounded-wait", shell("timeout 60 sh -c 'until nc -z db 1; do sleep 1; done'"), None),
    ("unbounded-wait", shell("sh -c 'until nc -z db 1; do sleep 1; done'"), 7),
    ("unbounded-wait", shell("ssh web 'until nc -z db 1; do sleep 1; done'"), 7),
    ("unbounded-wait", shell("ssh web \"timeout 9 sh -c 'until x; do sleep 1; done'\""), None),
    ("unbounded-wait", shell("bash <<'E'\n      until x; do sleep 1; done\n      E"), 7),
    ("unbounded-wait", shell("timeout 9 bash <<'E'\n      until x; do sleep 1; done\n      E"), None),
    ("unbounded-wait", shell("sh -c 'until x; do n=$((n+1)); [ $n -lt 9 ] || exit; sleep 1; done'"), None),
    ("unbounded-wait", shell("rest() { sleep 1; }\n      until x; do rest; done"), 8),
    ("unbounded-wait", shell("w() { until x; do sleep 1; done; }\n      timeout 9 bash -c w"), None),
    ("unbounded-wait", shell("w() { until x; do sleep 1; done; }\n      timeout 9 bash -c w; w"), 7),
    ("unbounded-wait", shell("w() { until x; do sleep 1; done; }\n      bash -c w"), 7),
    ("unbounded-wait", shell("while :; do for i in 1 2; do (( n++ > 1 )) && break; done; sleep 1; done"), 7),
    ("unbounded-wait", shell("while :; do for i in 1; do (( n++ > 1 )) && exit; done; sleep 1; done"), None),
    ("unbounded-wait", shell("while :; do for i in 1; do (( n++ )) && break 2; done; sleep 1; done"), None),
    ("unbounded-wait", shell("no() { exit 1; }\n      until x; do (( n++ > 1 )) && no; sleep 1; done"), None),
    ("destructive-without-danger", shell('run() { "$@"; }; run rm -rf /srv/x'), 7),
    ("destructive-without-danger", shell('k() { kubectl -n a "$@"; }; k delete ns prod'), 7),
    (
        "destructive-without-danger",
        shell('run() { echo; "$@"; }; try() { n=$1; shift; run "$@"; }; try 3 kubectl drain n1'),
        7,
    ),
    ("destructive-without-danger", shell('log() { echo "$@"; }; log rm -rf /srv/x'), None),
    ("destructive-without-danger", shell('f() { kubectl "$1" ns "$2"; }; f delete prod'), 7),
    ("destructive-without-danger", shell('f() { kubectl "$1" ns "$2"; }; f get prod'), None),
    ("destructive-without-danger", shell('f() { rm -r "$1"; }; d=$(mktemp -d); f "$d"'), None),
    ("destructive-without-danger", shell('f() { rm -r "$1"; }\n      d=$(mktemp -d); f "$d"; f /srv'), 8),
    ("destructive-without-danger", shell('f() { rm -r "$1"; }; g() { f "$1"; }\n      g /srv'), 8),
    ("destructive-without-danger", shell('f() { rm -r "$1"; }\n      trap "f /srv" EXIT'), 7),
    ("destructive-without-danger", shell('f() { rm -r "$1"; }\n      x=f; $x /srv'), 7),
    ("destructive-without-danger", shell('f() { eval "$1"; }; f "rm -rf /srv/x"'), 7),
    ("destructive-without-danger", shell('f() { ssh "$1" "$2"; }; f web "rm -rf /srv/x"'), 7),
    ("destructive-without-danger", shell('q() { psql -c "$1"; }; q "drop table a"'), 7),
    ("destructive-without-danger", shell('q() { psql -c "$1"; }; q "select 1"'), None),
    ("destructive-without-danger", shell('die() { echo "$1"; }; die "rm -rf failed"'), None),
    ("destructive-without-danger", shell('c="rm -rf /srv/x"; echo "$c"; eval "$c"'), 7),
    ("destructive-without-danger", shell('c="rm -rf /srv/x"; bash -c "$c"'), 7),
    ("destructive-without-danger", shell('c="rm -rf /srv/x"; echo "$c"'), None),
    ("destructive-without-danger", shell("alias k=kubectl\n      k delete ns prod"), 8),
    ("destructive-without-danger", shell("alias k=kubectl\n      k get ns"), None),
    (
        "destructive-without-danger",
        shell('run() { "$@"; }; d=$(mktemp -d); run rm -rf "$d"'),
        None,
    ),
    ("unbounded-wait", shell("while (( --left > 0 )); do check; sleep 1; done"), None),
    ("unbounded-wait", shell("while [ $left -gt 0 ]; do sleep 1; let --left; done"), None),
    ("unbounded-wait", shell("while [ $n -lt 9 ]; do sleep 1; : $(( ++n )); done"), None),
    ("unbounded-wait", shell("tail -n 5 -f /var/log/syslog"), 7),
    ("unbounded-wait", shell("kubectl logs --follow pod/x"), 7),
    ("unbounded-wait", shell("journalctl -fu x"), 7),
    ("unbounded-wait", shell("docker compose logs web --follow"), 7),
    ("unbounded-wait", shell("kubectl logs -f -c f pod"), 7),
    ("unbounded-wait", shell("kubectl logs pod -cf"), None),
    ("unbounded-wait", shell("git log --follow README.md"), None),
    ("unbounded-wait", shell("git log --grep 'rm -rf'"), None),
    ("unbounded-wait", shell("kubectl rollout status deploy/x"), 7),
    ("unbounded-wait", shell("kubectl rollout status deploy/x --timeout=5m"), None),
    ("unbounded-wait", shell("tail -f /var/log/syslog", "timeout: 5m"), None),
    ("unbounded-wait", shell("# tail -f does not end"), None),
    ("unbounded-wait", shell("tail -n 5 /var/log/f"), None),
    ("unbounded-wait", shell("for i in 1 2 3; do check; sleep 1; done"), None),
    ("unbounded-wait", step("run: tail -f x", top="name: runbook\ndefaults: {timeout: 1m}"), None),
    ("danger-without-confirm", steps(DANGER), 3),
    ("danger-without-confirm", steps(CONFIRM, DANGER), None),
    ("danger-without-confirm", steps(CONFIRM, "{name: x, kind: shell, run: x}", DANGER), 5),
    ("danger-without-confirm", steps(DANGER.replace("}", ", confirm: Sure?}")), None),
    ("danger-without-confirm", steps(f"{{name: g, kind: group, steps: [{DANGER}]}}"), 3),
    ("danger-ignored", steps(DANGER.replace("}", ", on_failure: ignore}")), 3),
    ("danger-ignored", steps(DANGER.replace("}", ", on_failure: warn}")), None),
    ("fleet-without-canary", fleet("foreach: {ssh_config: x-*}, max_parallel: 2"), 3),
    ("fleet-without-canary", fleet(f"foreach: {named(21)}, keep_going: true"), 3),
    ("fleet-without-canary", fleet(f"foreach: {named(21)}, max_errors: 10%"), 3),
    ("fleet-without-canary", fleet("foreach: {ssh_config: x-*}, max_parallel: '{{ 2 }}'"), 3),
    ("fleet-without-canary", fleet(f"foreach: {named(20)}, keep_going: true"), None),
    ("fleet-without-canary", fleet("foreach: {ssh_config: x-*}"), None),
    ("fleet-without-canary", fleet("foreach: {ssh_config: x-*}, max_errors: 0"), None),
    ("fleet-without-canary", fleet("foreach: {ssh_config: x-*}, max_parallel: 1"), None),
    ("fleet-without-canary", fleet("foreach: {ssh_config: x-*}, max_parallel: 2, canary: 1"), None),
    ("fleet-without-canary", fleet("foreach: {command: x}, max_parallel: 2", "read_only: true"), None),
    ("fleet-without-canary", fleet("foreach: {command: x}, max_parallel: 2", host="timeout: 9s"), None),
    ("fleet-without-canary", steps(GROUPED % "run: x"), 3),
    ("fleet-without-canary", steps(GROUPED % "read_only: true, run: x"), None),
    ("fleet-without-canary", steps(ON_GROUP % "run: x"), 3),
    ("fleet-without-canary", steps(ON_GROUP % "host: null, run: x"), None),
    ("no-process", step("url: /x", "env: {A: b}", kind="http"), 6),
    ("no-process", step("duration: 1s", "cwd: /", kind="wait"), 6),
    ("no-process", step("run: x", "cwd: /", kind="pup"), None),
    ("poll-ignored", step("workflow_id: w", f"poll: {UNTIL}", kind="datadog-workflow"), 6),
    ("poll-ignored", step("run: x", f"poll: {UNTIL}"), None),
    ("poll-ignored", step("workflow_id: w", "poll: {timeout: 1m}", kind="datadog-workflow"), None),
    ("option-injection", shell("rm -rf {{ X }}"), 7),
    ("option-injection", shell('systemctl restart "{{ X }}"'), 7),
    ("option-injection", shell("systemctl restart {{ X }}-worker"), 7),
    ("option-injection", shell("rm -rf -- {{ X }}"), None),
    ("option-injection", shell("rm -rf /srv/{{ X }}"), None),
    ("option-injection", shell("kubectl -n {{ X }} get pods"), None),
    ("option-injection", shell("echo {{ X }}; [ {{ X }} = a ]"), None),
    ("option-injection", shell("ls > {{ X }}"), None),
    ("option-injection", shell("rm {{ X }}", variables="X: {type: integer}"), None),
    ("option-injection", shell("rm {{ X }}", variables="X: {type: enum, choices: [a]}"), None),
    ("option-injection", shell("rm {{ X }}", variables="X: {type: enum, choices: ['-a']}"), 7),
    ("option-injection", shell("rm {{ X }}", variables="X: {pattern: '[a-z0-9][a-z-]*'}"), None),
    ("option-injection", shell("rm {{ X }}", variables="X: {pattern: '[a-z-]+'}"), 7),
    ("option-injection", shell("rm {{ X | length }}"), None),
    ("option-injection", shell("rm {{ X }}", variables="X: {type: url}"), None),
    ("option-injection", shell("rm {{ X }}", variables="X: {type: duration}"), None),
    ("option-injection", shell("rm {{ X }}", variables="X: {type: enum, choices_from: ls}"), 7),
    ("option-injection", shell("kubectl --namespace {{ X }} get pods"), None),
    ("option-injection", shell("openssl s_client -servername {{ X }}"), None),
    ("option-injection", shell("kubectl delete --force {{ X }}"), 7),
    ("option-injection", shell("kubectl set image deploy/a app={{ X }}"), None),
    ("option-injection", shell("redis-cli -h h sentinel failover {{ X }}"), None),
    ("option-injection", shell("redis-cli -h h {{ X }}"), 7),
    ("option-injection", shell("sudo -u a rm -r {{ X }}"), 7),
    ("option-injection", shell("timeout 5 rm {{ X }}"), 7),
    ("option-injection", shell("ssh h rm {{ X }}"), None),
    ("option-injection", shell("ssh -t {{ X }} uptime"), 7),
    ("option-injection", shell("ssh -l {{ X }} h"), None),
    ("option-injection", shell("ssh -- {{ X }} uptime"), None),
    ("option-injection", shell("ssh a@{{ X }} uptime"), None),
    ("option-injection", shell("rm {{ item }}", "foreach: '{{ X.split() }}'"), 7),
    ("option-injection", shell("rm {{ h }}", "foreach: X.split()", "as: h"), 7),
    ("option-injection", shell("tar czf {{ X }} a"), None),
    ("option-injection", shell("tar xzf {{ X }}"), None),
    ("option-injection", shell("tar xfC {{ X }} {{ X }}"), None),
    ("option-injection", shell("tar xfC {{ X }} {{ X }} {{ X }}"), 7),
    ("option-injection", shell("tar czf a.tgz {{ X }}"), 7),
    ("option-injection", shell("tar xz {{ X }}"), 7),
    ("option-injection", shell("cat cf {{ X }}"), 7),
    ("option-injection", shell("rm {{ item }}", "foreach: [a, b]"), None),
    ("option-injection", shell("rm {{ item }}", 'foreach: "[\'a\', \'b\', 3]"'), None),
    ("option-injection", shell("rm {{ item }}", 'foreach: "[\'a\', \'-b\']"'), 7),
    ("option-injection", shell("rm {{ item.h }}", 'foreach: "{{ [{\'h\': \'a\', \'f\': \'-x\'}] }}"'), None),
    ("option-injection", shell("rm {{ item.f }}", 'foreach: "{{ [{\'h\': \'a\', \'f\': \'-x\'}] }}"'), 7),
    ("option-injection", shell("rm {{ item }}", "foreach: \"'a -b'.split()\""), 7),
    ("option-injection", shell("rm {{ item }}", "foreach: \"'a b'.split()\""), None),
    ("option-injection", shell("rm {{ item }}", "foreach: \"['a', X]\""), 7),
    ("option-injection", shell("rm {{ item.h }}", "foreach: [{h: a, f: -x}, {h: b}]"), None),
    ("option-injection", shell("rm {{ x['h'] }}", "foreach: [{h: a}]", "as: x"), None),
    ("option-injection", shell("rm {{ item.f }}", "foreach: [{h: a, f: -x}]"), 7),
    ("option-injection", shell("rm {{ item.h }}", "foreach: [{h: a}, {h: '{{ X }}'}]"), 7),
    ("option-injection", shell("rm {{ item.h ~ item.f }}", "foreach: [{h: a, f: b}]"), 7),
    ("option-injection", shell("rm {{ item }}", "foreach: [a, -b]"), 7),
    (
        "option-injection",
        shell("rm {{ item }}", "foreach: X.split()", variables="X: {pattern: '[a-z -]+'}"),
        7,
    ),
    (
        "option-injection",
        shell("rm {{ item }}", "foreach: X.split()", variables=r"X: {pattern: '[a-z]\S*( [a-z]\S*)*'}"),
        None,
    ),
    (
        "option-injection",
        shell("rm {{ item }}", "foreach: X | split(',')", variables="X: {pattern: '[a-z]+(,-?[a-z]+)*'}"),
        7,
    ),
    (
        "option-injection",
        steps(
            "{name: a, kind: input, message: m, vars: {N: {type: integer}}}",
            "{name: b, kind: shell, run: 'kill {{ N }}'}",
        ),
        None,
    ),
    (
        "option-injection",
        steps(
            "{name: a, kind: shell, run: x, capture: {N: 'output | trim | int'}}",
            "{name: b, kind: shell, run: 'kill {{ N }}'}",
        ),
        None,
    ),
    ("option-injection", pup("monitors get {{ X }}"), 6),
    ("option-injection", pup("monitors get -- {{ X }}"), None),
    ("option-injection", pup("monitors list --tags {{ X }} --name={{ X }}"), None),
    ("option-injection", pup("monitors get {{ X }}", "X: {pattern: '[0-9]+'}"), None),
    (
        "option-injection",
        steps("{name: a, kind: shell, run: x, capture: C}", "{name: b, kind: shell, run: 'rm {{ C }}'}"),
        4,
    ),
    ("value-names-command", shell("{{ X }} a"), 7),
    ("value-names-command", shell("cat <<E\n      Hi $(( {{ X }} * 2 ))\n      E"), None),
    ("value-names-command", shell('y={{ X }}; "$y"'), 7),
    ("value-names-command", shell('y={{ X }}; "${y:-ls}" a'), 7),
    ("value-names-command", shell("timeout 5 {{ X }}"), 7),
    ("value-names-command", shell('f() { "$@"; }; f {{ X }}'), 7),
    ("value-names-command", shell('f() { shift; "$@"; }; f 3 {{ X }}'), 7),
    ("value-names-command", shell("sh -c '\"$1\"' _ {{ X }}"), 7),
    ("value-names-command", shell('"$N" a', 'env: {N: "{{ X }}"}'), 7),
    ("value-names-command", shell("{{ X }} a", variables="X: {type: enum, choices: [ls, cat]}"), None),
    ("value-names-command", shell("{{ X }} a", variables="X: {pattern: '[a-z]+'}"), None),
    ("value-names-command", shell('f() { n=$1; shift; "$@"; }; f 3 curl {{ X }}'), None),
    ("value-names-command", shell('f() { "$@"; }; f echo {{ X }}'), None),
    ("value-names-command", shell("/opt/{{ X }}/bin/tool a"), None),
    ("value-names-command", shell("eval {{ X }}"), None),
    ("value-names-command", shell("command -v {{ X }}"), None),
    ("value-names-command", shell("command -pV {{ X }}"), None),
    ("value-names-command", shell("if ! command -v {{ X }} >/dev/null; then exit 1; fi"), None),
    ("value-names-command", shell("P=$(command -v {{ X }}); echo \"$P\""), None),
    ("value-names-command", shell('P=$(command -v {{ X }}); "$P"'), 7),
    ("value-names-command", shell("command {{ X }}"), 7),
    ("value-names-command", shell("command -p {{ X }}"), 7),
    ("value-names-command", shell('A=/opt/{{ X }}/bin/tool; "$A" --version'), None),
    ("value-names-command", shell('A=${B}{{ X }}; "$A"', "env: {B: ''}"), 7),
    ("value-names-command", shell('A="{{ X }} "; "$A"'), 7),
    ("value-names-command", shell("sudo {{ X }}"), 7),
    ("value-names-command", shell("sudo -u postgres {{ X }} --version"), 7),
    ("value-names-command", shell("env {{ X }}"), 7),
    ("value-names-command", shell("env A=1 {{ X }} -v"), 7),
    ("evaluated-again", shell("sudo -u postgres {{ X }} --version"), None),
    ("evaluated-again", shell("env {{ X }} bash x"), 7),
    ("evaluated-again", shell("[ $(redis-cli -h {{ X }} ping) = PONG ]"), 7),
    ("evaluated-again", shell('[ "$(redis-cli -h {{ X }} ping)" = PONG ]'), None),
    ("evaluated-again", shell("[ $(redis-cli -h {{ X }} ping) = PONG ]", "shell: dash"), None),
    ("evaluated-again", shell("[[ $(curl {{ X }}) -ge 1 ]]", "shell: bash"), None),
    ("unchecked-arithmetic", shell("[[ $(curl {{ X }}) -ge 1 ]]", "shell: bash"), 7),
    ("evaluated-again", shell("A=/opt/{{ X }}/tool; $A"), 7),
    ("evaluated-again", shell("cat - /dev/fd/3 <<A 3<<'B'\n      {{ X }}\n      A\n      $x\n      B"), None),
    ("unseen-failure", shell("n=$(cmd)\n      if [ \"$n\" = 3 ]; then date; else exit 1; fi"), None),
    ("unseen-failure", shell("n=$(cmd)\n      if [ \"$n\" -ge 4 ]; then exit 1; fi"), 7),
    ("unseen-failure", shell("n=$(cmd {{ X }})\n      echo \"n is $n\"\n      test \"$n\" = 200"), None),
    ("unseen-failure", shell("n=$(cmd)\n      m=$(cmd)\n      [ \"$n\" -gt \"$m\" ] || exit"), None),
    ("unseen-failure", shell("n=$(cmd)\n      m=5\n      [ \"$n\" = $m ] || exit\n      date"), None),
    ("unseen-failure", shell("n=$(cmd)\n      m=$(cmd)\n      [ $m = \"${n}\" ] || exit\n      date"), 7),
    ("unseen-failure", shell("n=$(cmd)\n      m=$(cmd)\n      [ $n ] || exit\n      [ $m ] || exit"), None),
    ("unseen-failure", shell("n=$(cmd)\n      m=$(echo $n)\n      [ $n ] || exit"), 7),
    ("unseen-failure", shell("n=$(cmd)\n      n=5\n      [ $n ] || exit"), 7),
    ("unseen-failure", shell("n=$(cmd)\n      m=5; date\n      [ $n ] || exit"), 7),
    ("unseen-failure", shell("n=$(cmd)\n      if ! [ \"$n\" -ge 4 ]; then exit 1; fi"), None),
    ("unseen-failure", shell("n=$(cmd)\n      case $n in '') exit 1 ;; *) date ;; esac"), None),
    ("unseen-failure", shell("n=$(cmd)\n      case $n in a) exit 1 ;; *) date ;; esac"), 7),
    ("unseen-failure", shell("n=$(cmd)\n      : \"${n:?nothing}\"\n      date"), None),
    ("unseen-failure", shell("logger -t a {{ X }}\n      date"), None),
    ("unseen-failure", shell("n=$(cut -c1 <<< {{ X }})\n      date", "shell: bash"), None),
    ("unseen-failure", shell("n=$(tr a b <<E\n      {{ X }}\n      E\n      )\n      date"), None),
    ("unseen-failure", shell("n=$(cut -c1 {{ X }})\n      date"), 7),
    ("unseen-failure", shell("coproc N { nc {{ X }} 80; }\n      date", "shell: bash"), None),
    ("unseen-failure", shell("c() { cmd {{ X }}; return 0; }\n      trap c EXIT\n      date"), None),
    ("unseen-failure", shell("c() { cmd {{ X }}; return 0; }\n      trap c EXIT\n      c"), 7),
    ("unseen-failure", shell("cmp - /dev/fd/3 <<A 3<<'B'\n      {{ X }}\n      A\n      $x\n      B"), None),
    ("evaluated-again", shell("test $(redis-cli -h {{ X }} ping) = PONG", "shell: dash"), None),
    ("unseen-failure", shell("n=1; n=$(expr $n + 1); echo $n"), None),
    ("unseen-failure", shell("cmd {{ X }} | tee x\n      exit ${PIPESTATUS[0]}", "shell: bash"), None),
    ("unseen-failure", shell("cmd {{ X }} | tee x\n      exit $pipestatus[1]", "shell: zsh"), None),
    ("unseen-failure", shell("cmd {{ X }} | tee x\n      exit ${STATUS[0]}", "shell: bash"), 7),
    ("unseen-failure", shell("no() { exit 1; }\n      a() { type $1 || no; }\n      a b\n      date"), None),
    ("unseen-failure", shell("no() { echo $1; }\n      a() { type $1 || no; }\n      a b\n      date"), None),
    ("unseen-failure", shell("no() { false; }\n      a() { type $1 || no; }\n      a b\n      date"), 9),
    ("unseen-failure", shell("a() { b; }; b() { c; }\n      c() { exit 1; }\n      a\n      date"), None),
    ("unseen-failure", shell("a() { b; }\n      b() { a; }\n      a\n      date"), 9),
    ("unseen-failure", shell("a() { cmd || true; n=1; }\n      a\n      date"), None),
    ("unseen-failure", shell("a() { cmd || true; n=$(cmd); }\n      a\n      date"), 8),
    ("unseen-failure", shell("c() { if cmd; then echo a; else echo b; fi; }\n      c\n      date"), None),
    ("unseen-failure", shell("c() { if cmd; then echo a; fi; }\n      c\n      date"), None),
    ("unseen-failure", shell("c() { if cmd; then echo a; else cmd; fi; }\n      c\n      date"), 8),
    ("unseen-failure", shell("c() { case $1 in a|b) ;; *) echo b ;; esac; }\n      c\n      date"), None),
    ("unseen-failure", shell("c() { case $1 in a) cmd ;; *) echo b ;; esac; }\n      c\n      date"), 8),
    ("unseen-failure", shell("c() { cmd && echo a || echo b; }\n      c\n      date"), None),
    ("unseen-failure", shell("c() { cmd && echo a; }\n      c\n      date"), 8),
    ("unseen-failure", shell("c() { cmd || true; }\n      c\n      date"), None),
    ("unseen-failure", shell("export n=$(cmd {{ X }})\n      date"), 7),
    ("unseen-failure", shell("export n=$(cmd {{ X }})"), 7),
    ("unseen-failure", shell("export n=$(cat ~/.token)\n      date", "strict: true"), 7),
    ("unseen-failure", shell("declare -r n=\"$(cat < f)\"", "strict: true\n    shell: bash"), 7),
    ("unseen-failure", shell("declare -r n=$(<f)", "strict: true\n    shell: bash"), 7),
    ("unseen-failure", shell("export n=$(cat f | tr a b)", "strict: true"), 7),
    ("unseen-failure", shell("export n=$(date | cat)", "strict: true"), None),
    ("unseen-failure", shell("n=$(cat f)\n      export n", "strict: true"), None),
    ("unseen-failure", shell("cmd {{ X }}; true"), None),
    ("unseen-failure", shell("cmd {{ X }}\n      :"), None),
    ("unseen-failure", shell("cmd {{ X }}\n      true\n      date"), 7),
    ("unseen-failure", shell("cmd {{ X }}\n      date; true"), 7),
    ("unseen-failure", shell("f() { local n=\"$(cmd)\" m=1; echo $n; }\n      f"), 7),
    ("unseen-failure", shell("export n=$(cmd {{ X }})\n      [ -n \"$n\" ] || exit 1\n      date"), None),
    ("unseen-failure", shell("export n=$(date) m=1\n      export k\n      date"), None),
    ("unseen-failure", shell("export n=$(cmd {{ X }}) || exit 1\n      date"), 7),
    ("unseen-failure", shell("if export n=$(cmd {{ X }}); then date; fi"), 7),
    ("unseen-failure", shell("export n=$(cmd {{ X }})\n      date", "strict: true"), 7),
    ("unseen-failure", shell("f() { local n=$(cmd) m; }\n      f", "strict: true"), 7),
    ("unseen-failure", shell("set -e\n      readonly n=$(cmd {{ X }})"), 8),
    ("unseen-failure", shell("while date; do declare n=$(cmd); done", "strict: true\n    shell: bash"), 7),
    ("unseen-failure", shell("export n=$(cmd) || exit\n      : ${n:?none}", "strict: true"), None),
    ("unseen-failure", shell("n=$(cmd {{ X }})\n      export n", "strict: true"), None),
    ("unseen-failure", shell("c() { local n=$(cmd); }\n      trap c EXIT\n      date", "strict: true"), None),
    ("destructive-without-danger", shell("terraform destroy -help"), None),
    ("destructive-without-danger", shell("terraform destroy"), 7),
    ("destructive-without-danger", sql("with d as (delete from t returning *) select * from d"), 6),
    ("destructive-without-danger", sql("with d as (delete from t where a = 1 returning *) select 1"), None),
    ("evaluated-again", shell("eval {{ X }}"), 7),
    ("destructive-without-danger", step("url: /x", "method: delete", kind="http"), 6),
    ("destructive-without-danger", step("url: /x", "method: DELETE", "danger: true", kind="http"), None),
    ("destructive-without-danger", step("url: /x", "method: PUT", kind="http"), None),
    ("evaluated-again", shell("cmd {{ X }}"), None),
    ("evaluated-again", shell("cmd.exe /C {{ X }}"), 7),
    ("evaluated-again", shell("ssh h find -mtime {{ X }}", variables="X: {type: integer}"), None),
    ("evaluated-again", shell("ssh h stop {{ X }}", variables="X: {pattern: '[a-z0-9@._-]+'}"), None),
    ("evaluated-again", shell("ssh h stop {{ X }}", variables="X: {pattern: '[a-z ]+'}"), 7),
    ("evaluated-again", shell("ssh h stop {{ X }}", variables="X: {pattern: 'a.b'}"), 7),
    ("evaluated-again", shell("ssh h {{ X }}", variables="X: {type: enum, choices: [a, b]}"), None),
    ("evaluated-again", shell("ssh h {{ X }}", variables="X: {type: enum, choices: [a; b]}"), 7),
    ("evaluated-again", shell("ssh h {{ X }}", variables="X: {type: url}"), 7),
    ("evaluated-again", shell("ssh h stop {{ item }}", "foreach: [web, api]"), None),
    ("evaluated-again", shell("ssh h stop {{ item }}", "foreach: X.split()"), 7),
    ("evaluated-again", shell("ssh h stop {{ item.u }}", "foreach: [{u: web}]"), None),
    ("evaluated-again", shell("ssh h stop {{ item.u }}", "foreach: [{u: 'web; ls'}]"), 7),
    ("evaluated-again", shell("ssh h stop {{ item }}", "foreach: [{u: web}]"), 7),
    ("evaluated-again", shell("ssh h echo {{ X | length }}{{ run.id }}"), None),
    ("evaluated-again", shell('eval "ls $N"', 'env: {N: "{{ X }}"}', variables="X: {type: integer}"), None),
    ("evaluated-again", shell("psql", "stdin: 'select {{ X }}'", variables="X: {type: integer}"), None),
    ("evaluated-again", shell("ssh host {{ X }}"), 7),
    ("evaluated-again", shell('A={{ X }}; eval "ls $A"'), 7),
    ("unchecked-arithmetic", shell("echo $(($(wc -l {{ X }})))"), 7),
    ("unchecked-arithmetic", shell("N=$(wc -l {{ X }}); echo $((N))"), 7),
    ("unchecked-arithmetic", shell("n={{ X }}; for i in $(seq $n); do : $((i)); done", variables=INT), None),
    ("unchecked-arithmetic", shell('n={{ X }}; for i in $(seq "$n"); do echo $((i)); done'), 7),
    ("unchecked-arithmetic", shell("n=$(grep -c {{ X }} f); echo $((n))", variables=A_WORD), None),
    ("unchecked-arithmetic", shell("n=$(grep -c {{ X }} f); echo $((n))"), 7),
    ("unchecked-arithmetic", shell("n=$(grep -c a f); n=$(cat {{ X }}); echo $((n))", variables=A_WORD), 7),
    ("unchecked-arithmetic", shell("n=$(awk 'END {print NR}' {{ X }}); echo $((n))", variables=A_WORD), 7),
    ("unchecked-arithmetic", shell("n=$(awk 'END {print NR}' {{ X }}); : $((n))", variables=AN_URL), 7),
    ("unchecked-arithmetic", shell("n=$(pgrep -c -f {{ X }}); echo $((n))", variables=A_WORD), None),
    ("unchecked-arithmetic", shell("read -r N; [[ $N -gt 3 ]] || rm {{ X }}", "shell: bash"), 7),
    ("unchecked-arithmetic", shell("N=$(wc -l {{ X }}); echo $N"), None),
    (
        "unchecked-arithmetic",
        step(
            "run: \"c=$(curl -so /dev/null -w '%{http_code}' {{ U }}); echo $((c))\"",
            top="name: runbook\nvars: {U: {type: url}}",
        ),
        None,
    ),
    ("unchecked-arithmetic", shell("for i in $(seq 1 {{ X }}); do echo $((i)); done"), 7),
    (
        "unchecked-arithmetic",
        step(
            "run: for i in $(seq 1 {{ N }}); do echo $((i)); done",
            top="name: runbook\nvars: {N: {type: integer}}",
        ),
        None,
    ),
    ("unchecked-arithmetic", shell("echo ${(e)N}", "shell: zsh", 'env: {N: "{{ X }}"}'), 7),
    ("unchecked-arithmetic", shell("N=$(date -d {{ X }} +%s); echo $((N))"), None),
    ("unchecked-arithmetic", shell("N=$(date -d {{ X }} +%b); echo $((N))"), 7),
    ("unchecked-arithmetic", shell("N=3; echo {{ X }} $((N)) $(($#))"), None),
    ("unchecked-arithmetic", shell("N=$(wc -l x); echo $((N))"), None),
    ("unchecked-arithmetic", shell("echo {{ X }} $((TRIES + 1))"), 7),
    ("unchecked-arithmetic", shell("echo {{ X }} $((TRIES + 1))", "env: {TRIES: '3'}"), None),
    ("unchecked-arithmetic", shell("echo $((TRIES + 1))"), None),
    ("evaluated-again", shell("ssh host {{ X | shell_quote }}"), None),
    ("evaluated-again", shell('eval "ls $N"', 'env: {N: "{{ X }}"}'), 7),
    ("evaluated-again", shell('eval "ls $N"', 'env: {N: "{{ X | shell_quote }}"}'), None),
    ("evaluated-again", shell('eval "ls $N"', 'env: {N: "{{ X | shell_quote }}{{ X }}"}'), 7),
    ("unchecked-arithmetic", shell("V={{ X }}; N=${V%%.*}; echo $((N))"), 7),
    *(
        ("unchecked-arithmetic", shell(script, "shell: bash", "stdin: '{{ X }}'"), 7)
        for script in (
            "read -r x; if (( x > 3 )); then :; fi",
            "n=$(cat); echo $((n + 1))",
            "n=$(</dev/stdin); echo $((n + 1))",
            'mapfile -t a; for e in "${a[@]}"; do total=$((total + e)); done',
            "while IFS=, read -r a b; do [[ $a -gt 3 ]] || echo; done",
            "select s in a; do (( REPLY > 1 )); done",
            'read -r k; printf -v "$k" x',
        )
    ),
    ("unchecked-arithmetic", shell("read -r n; exit $n", "shell: zsh", "stdin: '{{ X }}'"), 7),
    ("unchecked-arithmetic", shell("n=${PWD##*/}; (( n > 3 ))", "shell: bash", "cwd: '/x/{{ X }}'"), 7),
    ("unchecked-arithmetic", shell("n=~+; n=${n##*/}; (( n ))", "shell: bash", "cwd: '/x/{{ X }}'"), 7),
    ("evaluated-again", shell('eval "ls $PWD"', "cwd: '/x/{{ X }}'"), 7),
    ("evaluated-again", shell('ssh h "ls ${PWD##*/}"', "cwd: '/x/{{ X }}'"), 7),
    ("evaluated-again", shell('eval "ls $PWD"', "cwd: '/x/{{ X }}'", variables="X: {type: integer}"), None),
    ("evaluated-again", shell('eval "ls $PWD"', "cwd: /x"), None),
    ("evaluated-again", shell('sh -c \'ls "$1"\' _ "$PWD"', "cwd: '/x/{{ X }}'"), None),
    ("unchecked-arithmetic", shell("cd /x/{{ X }}; n=${PWD##*/}; (( n > 3 ))", "shell: bash"), 7),
    ("unchecked-arithmetic", shell("read -r x; (( x ))", "shell: bash", "stdin: '5'"), None),
    ("unchecked-arithmetic", shell("N=$(head {{ X }}); echo $((N)) $((M))", "shell: dash"), None),
    ("unchecked-arithmetic", shell('read -r N; unset "$N"; echo {{ X }}', "shell: dash"), 7),
    ("unchecked-arithmetic", shell('read -r x; echo "$x"', "shell: bash", "stdin: '{{ X }}'"), None),
    (
        "unchecked-arithmetic",
        shell("read -r x; (( x ))", "shell: bash", "stdin: '{{ X }}'", variables="X: {type: integer}"),
        None,
    ),
    ("unchecked-arithmetic", shell("read -r x; (( x ))", "shell: bash", "stdin: 'a\n{{ X }}'"), 7),
    ("unchecked-arithmetic", shell("V={{ X }}; N=${V%%.*}; echo $N ${#V}"), None),
    ("unchecked-arithmetic", bash_size("X: {pattern: '[a-z]+'}"), None),
    ("unchecked-arithmetic", bash_size(r"X: {pattern: '[^-](.|\n)*'}"), 7),
    ("evaluated-again", shell("python3 -c {{ X | shell_quote }}"), 7),
    ("evaluated-again", shell("psql -c 'select {{ X | shell_quote }}'"), 7),
    ("evaluated-again", shell("psql", "stdin: 'select {{ X | shell_quote }}'"), 8),
    ("evaluated-again", shell("ssh h sh", "stdin: 'ls {{ X | shell_quote }}'"), None),
    ("evaluated-again", shell("echo {{ X }}"), None),
    ("evaluated-again", shell("psql", "stdin: 'select {{ X }}'"), 8),
    ("evaluated-again", shell("psql -f x.sql", "stdin: 'select {{ X }}'"), None),
    ("evaluated-again", shell("ssh host", "stdin: 'ls {{ X }}'"), 8),
    ("evaluated-again", shell("ssh host bash -s", "stdin: 'ls {{ X }}'"), None),
    ("evaluated-again", shell("ssh host bash -s", "stdin: 'eval {{ X }}'"), 8),
    ("confusable-names", step("run: x", top="name: runbook\nvars: {HOST_1: {}, HOST_l: {}}"), 2),
    ("confusable-names", step("run: x", top="name: runbook\nvars: {Service: {}, SERVICE: {}}"), 2),
    ("confusable-names", step("run: x", top="name: runbook\nvars: {FOO: {}, BAR: {}}"), None),
    ("confusable-names", step("run: x", top="name: runbook\nvars: {ID_I: {}, ID_L: {}, ID_0: {}}"), None),
    ("confusable-names", step("run: x", top="name: runbook\nvars: {L: {}, l: {}}"), 2),
    ("confusable-names", step("run: x", top="name: runbook\nvars: {HOST_I: {}, HOST_l: {}}"), 2),
    ("confusable-names", step("run: x", top="name: runbook\nvars: {HOST_I: {}, HOST_1: {}}"), 2),
    ("confusable-names", step("run: x", top="name: runbook\nvars: {DB_O: {}, DB_0: {}}"), 2),
    ("confusable-names", step("run: x", top="name: runbook\nvars: {LL: {}, Ll: {}}"), 2),
    ("confusable-names", step("run: x", "capture: F0O", top="name: runbook\nvars: {FOO: {}}"), 7),
    ("shadowed-names", step("run: x", top="name: runbook\nvars: {status: {}}"), 2),
    ("shadowed-names", step("run: x", "capture: value"), 6),
    ("shadowed-names", step("run: x", top="name: runbook\nvars: {STATUS: {}}"), None),
    ("never-runs", step("run: x", "if: false"), 6),
    ("never-runs", step("run: x", "if: run.id != ''"), None),
    ("never-runs", steps("{name: a, kind: shell, run: x, when: on_failure}"), 3),
    ("never-runs", steps("{name: a, kind: wait, duration: 1s}", AFTER_FAILURE), 4),
    ("never-runs", steps(RUN, AFTER_FAILURE), None),
    ("never-runs", steps(FAILS, RUN), 4),
    ("never-runs", steps(FAILS.replace("}", ", on_failure: warn}"), RUN), None),
    ("never-runs", steps(FAILS, RUN.replace("}", ", when: always}")), None),
    ("missing-tool", step("run: lb-cli drain"), 5),
    ("missing-tool", step("run: lb-cli drain", "optional: true"), None),
    ("missing-tool", step("run: here drain"), None),
    ("missing-tool", shell("lb() { here; }; lb"), None),
    ("missing-tool", step("run: mapfile -t A", "shell: bash"), None),
    ("missing-tool", step("run: mapfile -t A"), 5),
    ("missing-tool", step("run: 'import os'", "shell: py-cli"), 5),
    ("missing-tool", step("run: 'import os'", "shell: here"), None),
    ("missing-tool", step("run: \"#!/bin/bash\\nmapfile -t A\""), None),
    ("prints-token", pup("auth token"), 6),
    ("prints-token", pup("pup --org b auth token"), 6),
    ("prints-token", pup("events list --query auth token"), None),
    ("keyless-datadog", step("run: m", "env: {DD_SITE: datadoghq.eu}", kind="pup"), 6),
    ("keyless-datadog", step("run: m", "env: {PUP_TUI_DATADOG_URL: x}", kind="pup"), 6),
    ("keyless-datadog", step("run: m", "env: {DD_SITE: x, DD_API_KEY: y}", kind="pup"), 6),
    ("keyless-datadog", step("run: m", "env: {DD_SITE: x, DD_ACCESS_TOKEN: y}", kind="pup"), None),
    ("keyless-datadog", step("run: m", "env: {DD_SITE: x}"), None),
    (
        "keyless-datadog",
        step("run: m", kind="pup", top="name: runbook\ndefaults: {env: {DD_SITE: x}}"),
        2,
    ),
    ("dollar-in-env", step("run: here", "env: {PATH: '/x:$PATH'}"), 6),
    ("dollar-in-env", step("run: here", "env: {A: '$(id)'}"), 6),
    ("dollar-in-env", step("run: here", "env: {A: '`date`'}"), 6),
    ("dollar-in-env", step("run: here", "env: {A: 'x-`date +%F`.`hostname -s`'}"), 6),
    ("dollar-in-env", step("run: here", "env: {A: 'tell `make` to stop'}"), None),
    ("dollar-in-env", step("run: here", "env: {A: 'a`b'}"), None),
    ("dollar-in-env", step("run: here", "env: {A: 'costs 5$, $5'}"), None),
    ("dollar-in-env", step("run: here", "env: {A: '~/.kube/config'}"), 6),
    ("dollar-in-env", step("run: here", "env: {A: '/bin:~/bin'}"), 6),
    ("dollar-in-env", step("run: here", "env: {A: '~5 of x:~y ~/z'}"), None),
    ("missing-tool", step("run: repeat 3 here", "shell: zsh"), None),
    ("unbounded-wait", shell("i=0; while [ $i -lt 3 ]; do i=$((i+1)); sleep 1; done"), None),
    ("unbounded-wait", shell("while [ $i -lt 3 ]; do i=$(expr $i + 1); sleep 1; done"), None),
    ("unbounded-wait", shell("while read -r l; do sleep 1; done < f"), None),
    ("unbounded-wait", shell("cat f | while IFS= read -r l || [ -n \"$l\" ]; do sleep 1; done"), None),
    ("unbounded-wait", shell("until x || [ $n -ge 2 ]; do n=$((n+1)); sleep 1; done"), None),
    ("unbounded-wait", shell("while ((i-- > 0)); do sleep 1; done", "shell: bash"), None),
    ("unbounded-wait", shell("while :; do x && break; n=$((n+1)); [ $n -gt 5 ] && exit 1; done"), None),
    ("unbounded-wait", shell("until x; do [ $(date +%s) -lt $end ] || exit 1; sleep 1; done"), None),
    ("unbounded-wait", shell("until x; do (( SECONDS > 9 )) && exit 1; sleep 1; done", "shell: bash"), None),
    ("unbounded-wait", shell("while [ $# -gt 0 ]; do sleep 1; shift; done"), None),
    ("unbounded-wait", shell("while shift; do sleep 1; done"), None),
    ("unbounded-wait", shell('while [ -n "$1" ]; do sleep 1; shift; done'), None),
    ("unbounded-wait", shell('while [ "${1:-}" ]; do sleep 1; shift; done'), None),
    ("unbounded-wait", shell('while [ -n "$1" ]; do sleep 1; done'), 7),
    (
        "unbounded-wait",
        shell("until x; do now=$(date +%s); [ $((now-start)) -gt 60 ] && exit 1; sleep 1; done"),
        None,
    ),
    ("unbounded-wait", shell("until x; do t=$SECONDS; [ $t -gt 60 ] && exit 1; sleep 1; done"), None),
    (
        "unbounded-wait",
        shell('while [ ${#a[@]} -gt 0 ]; do a=("${a[@]:1}"); sleep 1; done', "shell: bash"),
        None,
    ),
    ("unbounded-wait", shell("while :; do x || break; n=$((n+1)); done"), 7),
    ("unbounded-wait", shell("while [ $(x | wc -l) -gt 1 ]; do sleep 1; done"), 7),
    ("unbounded-wait", shell("while true; do sleep 1; done >log 2>&1 &"), None),
    ("unbounded-wait", shell("for ((;;)); do check; sleep 1; done"), 7),
    ("unbounded-wait", shell("for ((i=0; ; i++)); do check; sleep 1; done"), 7),
    ("unbounded-wait", shell("for ((i=0; i<9; i++)); do check; sleep 1; done"), None),
    ("unbounded-wait", shell("for ((;;)); do ((n++ > 5)) && break; sleep 1; done"), None),
    ("unseen-failure", shell("(set -e; cp a b; cp c d)"), None),
    ("unseen-failure", shell("(set -e; cp a b; cp c d); echo done"), 7),
    ("unseen-failure", shell("(set -e; cp a b; cp c d) | tee log"), 7),
    ("unseen-failure", shell("(cp a b; cp c d) | tee log"), 7),
    ("unseen-failure", shell("set -o pipefail; (set -e; cp a b; cp c d) | tee log", "shell: bash"), None),
    ("unseen-failure", shell("cp a b | tee log"), None),
    ("unbounded-wait", shell("ping example.com"), 7),
    ("unbounded-wait", shell("ping -c 3 example.com"), None),
    ("unbounded-wait", shell("ping -w5 example.com"), None),
    ("unbounded-wait", shell("timeout 5 ping example.com"), None),
    ("unbounded-wait", shell("kubectl port-forward svc/x 8080:80"), 7),
    ("unbounded-wait", shell("inotifywait -e close_write /srv"), 7),
    ("unbounded-wait", shell("inotifywait -t 30 /srv"), None),
    ("unseen-failure", shell("! time cp a b; cp c d", "shell: bash"), None),
    ("unseen-failure", shell("! { cp a b; }; cp c d", "shell: bash"), None),
    ("unseen-failure", shell("! { cp a b; cp e f; }; cp c d", "shell: bash"), 7),
    ("unbounded-wait", shell('while [ -n "$n" ]; do sleep 1; n=${n%x}; done'), None),
    ("unbounded-wait", shell('while [ "$n" ]; do sleep 1; n="${n#?}"; done'), None),
    ("unbounded-wait", shell('while [[ $n ]]; do sleep 1; n=${n:1}; done', "shell: bash"), None),
    ("unbounded-wait", shell('while [ -n "$n" ]; do sleep 1; m=${m%x}; done'), 7),
    ("unbounded-wait", shell("until x; do n=$[n+1]; [ $n -gt 5 ] && exit 1; sleep 1; done"), None),
    ("unbounded-wait", shell("until x; do [ $[n++] -gt 5 ] && exit 1; sleep 1; done"), None),
    ("unbounded-wait", shell("until x; do sleep 1; let n-- || exit 1; done", "shell: bash"), None),
    ("unbounded-wait", shell("until x; do sleep 1; let 'n -= 1' || exit 1; done"), None),
    ("unbounded-wait", shell("until x || let '++n > 5'; do sleep 1; done"), None),
    ("unbounded-wait", shell("while let n--; do sleep 1; done"), None),
    (
        "unbounded-wait",
        shell("until x; do n=$((n+1)); case $n in 9) exit 1;; esac; sleep 1; done"),
        None,
    ),
    (
        "unbounded-wait",
        shell("while :; do sleep 1; n=$((n+1)); case \"$n\" in [5-9]) a; break;; *) b;; esac; done"),
        None,
    ),
    (
        "unbounded-wait",
        shell("until x; do case $((n+=1)) in 9) exit 1;; esac; sleep 1; done"),
        None,
    ),
    (
        "unbounded-wait",
        shell("until x; do n=$((n+1)); case $n in 9) echo;; esac; sleep 1; done"),
        7,
    ),
    (
        "unbounded-wait",
        shell("while :; do n=$((n+1)); case $(x) in up) break;; *) echo $n;; esac; sleep 1; done"),
        7,
    ),
    (
        "unbounded-wait",
        shell("until x; do d=$d.; [ ${#d} -gt 9 ] && exit 1; sleep 1; done"),
        None,
    ),
    (
        "unbounded-wait",
        shell("while [ $n -lt 5 ]; do n=$(echo \"$n + 1\" | bc); sleep 1; done"),
        None,
    ),
    (
        "unbounded-wait",
        shell("until x; do printf -v t '%(%s)T' -1; ((t > e)) && exit 1; sleep 1; done"),
        None,
    ),
    ("unbounded-wait", shell("while [ $s != up ]; do s=$(x s); sleep 1; done"), 7),
    ("unbounded-wait", shell("while ! x; do sleep 1; break; done"), None),
    (
        "unbounded-wait",
        shell("try() { n=$((n+1)); [ $n -lt 5 ]; }; until x; do try || exit 1; sleep 1; done"),
        None,
    ),
    ("unbounded-wait", shell("try() { y; }; until x; do try || exit 1; sleep 1; done"), 7),
    ("unbounded-wait", shell("tail -f x >out 2>&1 &"), None),
    ("unbounded-wait", shell("kubectl logs -f {{ X }} >log 2>&1 &"), None),
    ("unbounded-wait", shell("nohup journalctl -f | grep x >log & echo on"), None),
    ("unbounded-wait", shell("( until x; do sleep 1; done ) >log 2>&1 &"), None),
    ("unbounded-wait", shell("{ a; watch x; } >log 2>&1 &", "  echo on"), None),
    ("unbounded-wait", shell("tail -f x >log & P=$!; check; kill $P; wait $P"), None),
    ("unbounded-wait", shell("if x; then", "    tail -f y >log &", "  fi"), None),
    ("unbounded-wait", shell("tail -f x >out 2>&1 & wait"), 7),
    ("unbounded-wait", shell("while true; do sleep 1; done & wait $!"), 7),
    ("unbounded-wait", shell("while true; do check & sleep 1; done"), 7),
    ("unbounded-wait", shell("tail -f x >out & tail -f y"), 7),
    ("unbounded-wait", shell("tail -f x && echo on"), 7),
    ("unbounded-wait", shell("tail -f x 2>&1"), 7),
    (
        "unbounded-wait",
        shell("hb() { while :; do x; sleep 1; done; }; hb >log & H=$!; check; kill $H"),
        None,
    ),
    ("unbounded-wait", shell("hb() { while :; do x; sleep 1; done; }; ( hb ) >log 2>&1 &"), None),
    ("unbounded-wait", shell("hb() { while :; do x; sleep 1; done; }; { hb; } &"), None),
    ("unbounded-wait", shell("hb() { while :; do x; sleep 1; done; }; hb | tee log &"), None),
    ("unbounded-wait", shell("hb() { while :; do x; sleep 1; done; }; a && hb &"), None),
    ("unbounded-wait", shell("hb() { while :; do x; sleep 1; done; }; go() { hb; }; go >log &"), None),
    ("unbounded-wait", shell("hb() { while :; do x; sleep 1; done; }; start() { hb & }; start"), None),
    ("unbounded-wait", shell("hb() { tail -f x; }; hb >log &"), None),
    ("unbounded-wait", shell("function hb { until x; do sleep 1; done; }; hb & echo on"), None),
    ("unbounded-wait", shell("hb() { while :; do x; sleep 1; done; }; if x; then hb & fi"), None),
    ("unbounded-wait", shell("hb() { while :; do x; sleep 1; done; }; hb"), 7),
    ("unbounded-wait", shell("hb() { while :; do x; sleep 1; done; }; hb & hb"), 7),
    ("unbounded-wait", shell("hb() { while :; do x; sleep 1; done; }; hb & wait"), 7),
    ("unbounded-wait", shell("hb() { while :; do x; sleep 1; done; }; ( hb )"), 7),
    ("unbounded-wait", shell("hb() { while :; do x; sleep 1; done; }; x=$(hb)"), 7),
    ("unbounded-wait", shell("hb() { while :; do x; sleep 1; done; }; hb & x && hb"), 7),
    ("unbounded-wait", shell("hb() { while :; do x; sleep 1; done; }; go() { hb; }; hb & go"), 7),
    ("unbounded-wait", shell("hb() { while :; do x; sleep 1; done; }; hb & trap hb EXIT"), 7),
    ("unbounded-wait", shell("hb() { while :; do x; sleep 1; done; }; hb2 &"), 7),
    ("unused-variable", step("run: x", top="name: runbook\nvars: {A: {}}"), 2),
    ("unused-variable", step("run: x {{ A }}", top="name: runbook\nvars: {A: {}}"), None),
    ("unused-variable", step("run: x", "if: A == 'b'", top="name: runbook\nvars: {A: {}}"), None),
    *(
        (
            "unused-variable",
            step("run: x {{ B }}", top=f'name: runbook\nvars: {{A: {{}}, B: {{{source}}}}}'),
            None,
        )
        for source in (
            'from: "command:ls {{ A }}"',
            'from: ["env:B", "command:pup users get {{ A }}"]',
            'choices_from: "ls {{ A }}"',
            'choices_from: {run: "ls {{ A }}"}',
        )
    ),
    ("unused-variable", step("run: x {{ B }}", top="name: runbook\nvars: {A: {}, B: '{{ A }}'}"), None),
    (
        "unused-variable",
        step("run: x {{ B }}", top="name: runbook\nvars: {A: {}, B: {when: A == 'b'}}"),
        None,
    ),
    ("unused-variable", step("run: x", top="name: runbook\nvars: {A: {}}\nlock: a/{{ A }}"), None),
    ("one-round", shell("for h in {{ X }}; do echo $h; done"), 7),
    ("one-round", shell('for h in "{{ X }}"; do echo $h; done'), 7),
    ("one-round", shell("for h in a {{ X }}; do echo $h; done"), None),
    ("one-round", shell("for h in {{ X }}; do echo $h; done", variables="X: {type: list}"), 7),
    (
        "one-round",
        shell(
            "for h in {% for h in X %}{{ h }} {% endfor %}; do echo $h; done",
            variables="X: {type: list}",
        ),
        None,
    ),
    (
        "unused-variable",
        step("run: x {{ B }}", top="name: runbook\nvars: {A: {}, B: {type: list, default: ['{{ A }}']}}"),
        None,
    ),
    (
        "literal-secret",
        step("run: x", top="name: runbook\nvars: {API_KEY: {type: list, default: [abcdefgh]}}"),
        2,
    ),
    ("one-round", shell("for h in a b; do echo {{ X }}; done"), None),
    ("one-round", shell("for h in $(seq {{ X }}); do echo $h; done"), None),
    ("unseen-failure", step("run: |", "  first", "  second"), 6),
    ("unseen-failure", step("run: |", "  A=$(first)", "  second"), 6),
    ("unseen-failure", step("run: |", "  for a in b; do first; done"), 6),
    ("unseen-failure", step("run: |", "  if a; then first; second; fi"), 6),
    ("unseen-failure", step("run: |", "  if a; then first; fi"), None),
    ("unseen-failure", step("run: |", "  case $X in a) first;; esac", "  second"), 6),
    ("unseen-failure", step("run: |", "  f() { first; second; }", "  f"), 6),
    ("unseen-failure", step("run: |", "  first || exit 1", "  ! third", "  second"), None),
    ("unseen-failure", step("run: |", "  while first; do echo; done", "  second"), None),
    ("unseen-failure", step("run: |", "  first", "  code=$?", "  exit $code"), None),
    ("unseen-failure", step("run: |", "  first &", "  second"), None),
    ("unseen-failure", step("run: |", "  set -eu", "  first", "  second"), None),
    ("unseen-failure", step("run: |", "  set -u -o errexit", "  first", "  second"), None),
    ("unseen-failure", step("run: |", "  set -u", "  first", "  second"), 7),
    ("unseen-failure", step("run: |", "  set -o pipefail -e", "  first", "  second"), None),
    ("unseen-failure", step("run: |", "  set -uo errexit", "  first", "  second"), None),
    ("unseen-failure", step("run: |", "  set -u -- -e", "  first", "  second"), 7),
    ("unseen-failure", step("run: |", "  setopt ERR_EXIT", "  first", "  second", "shell: zsh"), None),
    (
        "unseen-failure",
        step("run: |", "  setopt pipefail errexit", "  first", "  second", "shell: zsh"),
        None,
    ),
    ("unseen-failure", step("run: |", "  set -o Err_Exit", "  first", "  second", "shell: zsh"), None),
    (
        "unseen-failure",
        step("run: |", "  emulate -L zsh -o err_exit", "  first", "  second", "shell: zsh"),
        None,
    ),
    ("unseen-failure", step("run: |", "  setopt no_err_exit", "  first", "  second", "shell: zsh"), 7),
    (
        "unseen-failure",
        step("run: |", "  unsetopt err_exit", "  first", "  second", "shell: zsh"),
        7,
    ),
    ("unseen-failure", step("run: |", "  (setopt errexit; first; second)", "shell: zsh"), None),
    ("unseen-failure", step("run: |", "  time first", "  second"), 6),
    ("unseen-failure", step("run: |", "  time -p -- first", "  second"), 6),
    ("unseen-failure", step("run: |", "  command first", "  second"), 6),
    ("unseen-failure", step("run: |", "  A=$(command first)", "  second"), 6),
    ("unseen-failure", step("run: |", "  time { first; }", "  second", "shell: bash"), 6),
    ("unseen-failure", step("run: |", "  time A=1 first", "  second", "shell: bash"), 6),
    ("unseen-failure", step("run: |", "  command time first", "  second"), 6),
    ("unseen-failure", step("run: |", "  time sleep 1", "  second"), None),
    ("unseen-failure", step("run: |", "  command -v first", "  second"), None),
    ("unseen-failure", step("run: |", "  time command cd /x", "  second"), None),
    ("unseen-failure", step("run: |", "  time first || exit", "  second"), None),
    ("unseen-failure", step("run: |", "  #!/bin/sh -eu", "  first", "  second"), None),
    ("unseen-failure", step("run: |", "  #!/usr/bin/env python3", "  first", "  second"), None),
    ("unseen-failure", step("run: |", "  #!/bin/bash", "  mapfile -t A", "  second"), None),
    ("unseen-failure", step("run: |", "  #!/bin/sh", "  mapfile -t A", "  second"), 7),
    (
        "unseen-failure",
        step("run: |", "  mapfile -t A", "  second", top="name: runbook\ndefaults: {shell: bash}"),
        None,
    ),
    ("unseen-failure", step("run: |", "  cd /srv", "  echo a; sleep 1", "  second"), None),
    ("unseen-failure", step("run: |", "  A=$(first)", "  test \"$A\" = 200"), None),
    ("unseen-failure", step("run: |", "  A=$(first)", "  [ -n \"$A\" ] || exit 1", "  second"), None),
    ("unseen-failure", step("run: |", "  A=$(first)", "  if [ -z \"$A\" ]; then exit 1; fi"), None),
    ("unseen-failure", step("run: |", "  A=$(first)", "  if [ \"$A\" -gt 5 ]; then second; fi"), 6),
    ("unseen-failure", step("run: |", "  first", "  second", "strict: true"), None),
    ("unseen-failure", step("run: |", "  A=$(first)", "  if [ \"$A\" != 200 ]; then exit 1; fi"), None),
    ("unseen-failure", step("run: |", "  first | awk x", "  second"), 6),
    ("unseen-failure", step("run: |", "  echo a | awk x", "  second"), None),
    ("unseen-failure", step("run: |", "  first | awk x"), None),
    ("unseen-failure", step("run: |", "  f() { a || exit 1; }", "  f", "  second"), None),
    ("unseen-failure", step("run: |", "  f() { a || return 1; }", "  f", "  second"), 7),
    ("unseen-failure", step("run: |", "  f() { echo \"$(date) $*\" >&2; }", "  f a", "  second"), None),
    ("unseen-failure", step("run: |", "  f() { echo \"$*\"; } >&2", "  f a", "  second"), None),
    ("unseen-failure", step("run: |", "  f() { echo \"$*\" | tee -a l; }", "  f a", "  second"), None),
    ("unseen-failure", step("run: |", "  f() { [ -e a ] || return 1; echo; }", "  f", "  second"), 7),
    ("unseen-failure", step("run: |", "  f() { [ -e a ]; }", "  f", "  second"), 7),
    ("unseen-failure", step("run: |", "  f() { f; }", "  f", "  second"), 7),
    ("unseen-failure", step("run: |", "  A=$(date | cut -c1)", "  second"), None),
    ("unseen-failure", step("run: |", "  A=$(first | wc -l 2>/dev/null)", "  second"), 6),
    ("strict-pipeline", step("run: first | second", "strict: true"), 5),
    ("strict-pipeline", step("run: first | second", "strict: true", "shell: dash"), 5),
    ("strict-pipeline", step("run: first | second", "strict: true", "shell: bash"), None),
    ("strict-pipeline", step("run: first | second"), None),
    ("strict-pipeline", step("run: first | second | third || true", "strict: true"), None),
    ("strict-pipeline", step("run: x=$(first | second | third || true)", "strict: true"), None),
    ("strict-pipeline", step("run: 'true; ! first | second | third'", "strict: true"), None),
    ("strict-pipeline", step("run: first 2>x | second 2>x | third || true", "strict: true"), None),
    ("strict-pipeline", step("run: x=$(first | second) || x=none", "strict: true"), None),
    ("strict-pipeline", step("run: if x=$(first | second); then y; fi", "strict: true"), None),
    ("strict-pipeline", step("run: (first | second) || true", "strict: true"), None),
    ("strict-pipeline", step("run: 'true && { first | second; } || true'", "strict: true"), None),
    ("strict-pipeline", step("run: while x; do first | second; done", "strict: true"), 5),
    ("strict-pipeline", step("run: true && (first | second)", "strict: true"), 5),
    ("strict-pipeline", step("run: 'f() { first | second; }; f || true'", "strict: true"), 5),
    ("strict-pipeline", step("run: a && first | second | third", "strict: true"), 5),
    ("unseen-failure", step("run: 'first | second | third || true; echo x'"), None),
    ("unseen-failure", step("run: '! first | second | third; echo x'"), None),
    ("strict-pipeline", step("run: echo a | first", "strict: true"), None),
    ("strict-pipeline", step("run: if first | second; then third; fi", "strict: true"), None),
    ("strict-pipeline", step("run: if x; then first | second; fi", "strict: true"), 5),
    ("strict-pipeline", step("run: first 2>&1 | second || exit 1", "strict: true"), None),
    ("strict-pipeline", step("run: x | y", top="name: runbook\ndefaults: {strict: true}"), 6),
    ("strict-codes", step("run: first", "strict: true", "success_codes: [0, 3]"), 7),
    ("strict-codes", step("run: first", "strict: true", "success_codes: [0]"), None),
    ("strict-codes", step("run: first", "success_codes: [0, 3]"), None),
    (
        "strict-codes",
        step("run: a; b", "success_codes: [3]", top="name: runbook\ndefaults: {strict: true}"),
        7,
    ),
    (
        "strict-codes",
        step("run: a", "success_codes: [3]", top="name: runbook\ndefaults: {strict: true}"),
        None,
    ),
    *[("destructive-without-danger", shell(script), 7) for script in DESTRUCTIVE],
    *[("destructive-without-danger", shell(script), None) for script in HARMLESS],
    ("destructive-without-danger", shell("psql", "stdin: drop table x"), 8),
    ("destructive-without-danger", shell("cat", "stdin: drop table x"), None),
    ("destructive-without-danger", shell("bash -s", "stdin: rm -r /srv/{{ X }}"), 8),
    ("destructive-without-danger", shell("ssh h sh", "stdin: rm -r /tmp/x"), None),
    ("destructive-without-danger", sql("truncate a"), 6),
    ("destructive-without-danger", sql("select 1; delete from {{ X | sql_name }}"), 6),
    ("destructive-without-danger", sql("delete from a where b = {{ X }}"), None),
    ("destructive-without-danger", sql("select 'drop table a'"), None),
    ("destructive-without-danger", sql("drop table a", "danger: true"), None),
    ("no-process", sql("select 1", "env: {PGUSER: a}", "cwd: /srv"), None),
    ("destructive-without-danger", shell("rm -r /srv", "danger: true"), None),
    ("destructive-without-danger", sql("select pg_terminate_backend({{ X }})"), 6),
    (
        "destructive-without-danger",
        steps(
            "{name: a, kind: shell, run: 'sleep 9 & echo $! >a.pid'}",
            "{name: b, kind: shell, when: cleanup, run: 'kill $(cat a.pid)'}",
        ),
        None,
    ),
    (
        "destructive-without-danger",
        steps("{name: g, kind: group, danger: true, steps: [{name: a, kind: shell, run: rm -r /x}]}"),
        None,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text", "line"), CASES)
def test_rule(code: str, text: str, line: int | None, lint: Lint) -> None:
    loaded = lint(text)
    assert [str(problem) for problem in loaded.errors] == []
    found = [problem for problem in loaded.warnings if problem.code == code]
    assert [problem.line for problem in found] == ([] if line is None else [line])
    assert all(problem.hint for problem in found)


@pytest.mark.parametrize("script", ["let n={{ X }}*2", "$(command -v {{ X }}) --version"])
def test_a_message_shows_no_marker(lint: Lint, script: str) -> None:
    (found,) = lint(shell(script, "shell: bash")).warnings
    assert "{{...}}" in found.message
    assert "PUPVALUE" not in f"{found.message} {found.hint}"


def test_a_command_that_becomes_words_is_told_how_to_be_one(lint: Lint) -> None:
    (found,) = lint(shell("A=/opt/{{ X }}/tool; $A")).warnings
    assert "becomes words, of which `X` may give any" in found.message
    assert (found.hint or "").startswith("write double quotes around it")


@pytest.mark.parametrize(
    ("script", "hint"),
    [
        ("psql -c 'select {{ X }}'", "kind: sql"),
        ("ssh h ls {{ X }}", "| shell_quote"),
        ("jq .{{ X }} f.json", "--arg"),
        ("[ $(cat -- {{ X }}) = a ]", "double quotes"),
        ("rm {{ X }}", "write -- before it, or give X a pattern such as [^-].*"),
        ("find {{ X }} -name a", "give X a pattern such as [^-].*"),
        ("rm {{ X }}; cp {{ X }} /a -r", "give X a pattern such as [^-].*"),
    ],
)
def test_a_hint_fits_the_place(script: str, hint: str, lint: Lint) -> None:
    hints = [p.hint for p in lint(shell(script)).warnings if p.code != "destructive-without-danger"]
    assert any(hint in each for each in hints)
    assert any("write --" in each for each in hints) == ("write --" in hint)


@pytest.mark.parametrize(
    ("begin", "use", "checked"),
    [
        ("read -r N", "echo $((N))", "echo $((N))"),
        ("read -r N", "[[ $N -gt 3 ]]", "[[ $N -gt 3 ]]"),
        ("read -r N", 'echo "${a[$N]}"', 'echo "${a[$N]}"'),
        ("read -r K", 'unset "$K"', 'unset "$K"'),
        ("M=$(cat x)", "let M+=1", "let M+=1"),
        ("f() {", "echo $(($1)); }; f `date`", "echo $(($1)); }; f `date`"),
        ("V={{ X }}", "echo $((${V%%.*}))", "echo $((N))"),
        ("V={{ X }}; P=${V%%.*}", "echo $((P))", "echo $((P))"),
        ("P=V; Q=$P$P; V={{ X }}", "echo $((Q))", "echo $((Q))"),
        ("cd {{ X }}", "echo $((${PWD##*/}))", "echo $((N))"),
        ("true", "echo $((TRIES + 1))", "echo $((TRIES + 1))"),
        ("true", "echo $(( $(cat x) + 1 ))", "echo $(( N + 1 ))"),
    ],
)
@pytest.mark.parametrize("of", ["bash", "ksh", "zsh"])
def test_the_remedy_that_a_hint_prints_silences(
    of: str, begin: str, use: str, checked: str, lint: Lint
) -> None:
    def hints(*lines: str) -> list[str]:
        script = "\n".join(f"      {line}" for line in ("echo {{ X }}", begin, *lines))
        text = step(f"shell: {of}", f"run: |\n{script}", top="name: runbook\nvars: {X: {}}")
        return [w.hint or "" for w in lint(text).warnings if w.code == "unchecked-arithmetic"]

    (hint,) = hints(use)
    (remedy,) = re.findall("`([^`]*;[^`]*)`", hint)
    assert not hints(remedy.replace("…", "cat x"), checked)


def test_a_variable_that_may_be_an_option_is_told_of_once(lint: Lint) -> None:
    loaded = lint(shell("rm {{ X }}; ls {{ X }}; cat {{ X }}"))
    (told,) = [p.message for p in loaded.warnings if p.code == "option-injection"]
    assert told.endswith("would be an option, here and in 2 other places")


def test_what_is_told_of_once_is_silenced_in_each_place(lint: Lint) -> None:
    because = "# lint: ok option-injection because only we give it"
    lines = ("rm {{ X }}", f"  cat {{{{ X }}}}  {because}", "  ls {{ X }}")
    loaded = lint(shell("\n    ".join(lines)))
    told = [(p.line, p.message) for p in loaded.warnings if p.code == "option-injection"]
    assert told == [
        (7, "a value of `X` that begins with - would be an option, here and in 1 other place")
    ]
    assert [(p.code, p.line) for p in loaded.silenced] == [("option-injection", 8)]
    assert "useless-silencing" not in {p.code for p in loaded.warnings}


@pytest.mark.parametrize(
    ("code", "script"),
    [
        ("destructive-without-danger", ["rm -r a", "kubectl delete ns b"]),
        ("unseen-failure", ["cp a b", "cp b c", "echo done"]),
        ("strict-pipeline", ["cp a b | cat", "cp b c | cat"]),
        ("unbounded-wait", ["while true; do sleep 1; done", "tail -f a"]),
        ("unbounded-wait", ["tail -f a", "tail -f b"]),
    ],
)
def test_one_silenced_command_hides_no_other(code: str, script: list[str], lint: Lint) -> None:
    strict = ["strict: true"] if code == "strict-pipeline" else []
    loaded = lint(shell("\n        ".join(script), *strict))
    assert [p.line for p in loaded.warnings if p.code == code] == [7]
    script[0] += f"  # lint: ok {code} because it is meant"
    loaded = lint(shell("\n        ".join(script), *strict))
    assert [p.line for p in loaded.silenced if p.code == code] == [7]
    assert [p.line for p in loaded.warnings if p.code == code] == [8]


def test_one_silenced_statement_hides_no_other(lint: Lint) -> None:
    because = "-- # lint: ok destructive-without-danger because it is empty"
    query = f"query: |\n      drop table a;  {because}\n      drop table b;"
    loaded = lint(step("url: sqlite:///a", query, kind="sql"))
    assert [p.line for p in loaded.silenced] == [7]
    assert [p.line for p in loaded.warnings] == [8]


ENDLESS = [
    "tail -F x",
    "tail -5f x",
    "tail -qfn5 x",
    "tail --follow=name x",
    "sudo tail -f x",
    "sudo -u app tail -f x",
    "/usr/bin/tail -f x",
    "LC_ALL=C tail -f x 2>&1 | grep a",
    "T=tail; $T -f x",
    "exec tail -f x",
    "nohup tail -f x",
    "nice -n 5 tail -f x",
    "env A=b tail -f x",
    "xargs tail -f < names",
    "find . -name x -exec tail -f {} \\;",
    "if tail -f x; then y; fi",
    "while read -r l; do echo $l; done < <(tail -f x)",
    "x=$(tail -f y)",
    "ssh h 'tail -f x'",
    "ssh -i k h sudo tail -f x",
    "ssh h <<< 'tail -f x'",
    "echo 'tail -f x' | ssh h",
    "bash -c 'tail -f x'",
    "eval 'tail -f x'",
    "su - app -c 'tail -f x'",
    "gcloud compute ssh h --zone z --command='tail -f x'",
    "ssh h \"docker exec a sh -c 'tail -f x'\"",
    "kubectl exec -n a p -c b -- tail -f x",
    "docker exec a tail -f x",
    "docker run --rm a sleep infinity",
    "docker logs -f a",
    "docker logs a --follow",
    "docker -c far logs -n 5 -f a",
    "docker container logs -f a",
    "docker compose logs -f",
    "docker compose -f c.yml logs --tail 5 -f web",
    "docker-compose -p x logs -f",
    "podman logs --follow a",
    "heroku logs --tail -a x",
    "heroku logs -a x -t",
    "oc logs -f p",
    "kubectl -n logs logs -f p",
    "kubectl --context=a logs -c b -f p",
    "K='kubectl -n a'; $K logs -f p",
    "kubectl get pods -w",
    "kubectl get pods -A --watch",
    "kubectl get --watch pods",
    "kubectl rollout status -n a deploy/x",
    "oc proxy",
    "aws logs tail G --follow",
    "aws --region r logs tail --since 5m G --follow",
    "gcloud app logs tail -s a",
    "stern web",
    "dmesg -w",
    "dmesg -Tw",
    "watch ls",
    "watch -n 5 'kubectl get pods'",
    "sleep infinity",
    "sleep inf",
    "nc -l 8080",
    "nc -lk -p 8080",
    "ncat --listen 80",
    "tcpdump -i eth0 port 53",
    "tcpdump -w cap.pcap",
    "journalctl -f",
    "journalctl -n 5 -u web -f",
    "ssh -N -L 1:db:5432 h",
    "docker events",
    "docker stats",
    "redis-cli -h a monitor",
    "vmstat 5",
    "iostat -x 5",
    "ping a | grep ttl",
    "tail -f x | head",
    "ping a && b | head",
]
ENDING = [
    "kubectl apply -n logs -f x.yaml",
    "kubectl -n logs apply -f x.yaml",
    "kubectl --namespace logs apply -f x.yaml",
    "kubectl logs p -n f",
    "kubectl logs -f=false p",
    "kubectl logs --follow=false p",
    "kubectl get pods -w=false",
    "kubectl get pods -o wide",
    "kubectl get pods -l app=-w",
    "kubectl get pods -w --request-timeout=5s",
    "kubectl --request-timeout 5s get pods -w",
    "kubectl rollout status deploy/x --watch=false",
    "kubectl rollout history deploy/x",
    "kubectl describe rollout status",
    "kubectl port-forward --help",
    "helm upgrade a b -n logs -f values.yaml",
    "find /var/log -type f",
    "find /var/logs -name '*.gz' -exec tail -n 1 {} \\; -exec grep -f p {} \\;",
    "tar -C /var/log -xf a.tar",
    "psql -d log -f x.sql",
    "docker compose -p logs -f c.yml up -d",
    "docker compose -f c.yml logs web",
    "docker compose -f logs ps -f",
    "docker logs --tail 5 a",
    "docker run -d a sleep infinity",
    "docker run --detach a tail -f /dev/null",
    "kubectl run a --image=b -- sleep infinity",
    "kubectl create job a --image=b -- tail -f x",
    "echo 'use tail -f'",
    "echo tail -f x",
    "grep 'kubectl get pods -w' f",
    "grep -f tail x",
    "git log -f",
    "svn log -rf",
    "cat logs -f",
    "ls /var/log -f",
    "rm -f logs -f",
    "tail -c5 x",
    "tail -n f x",
    "tail -- -f",
    "tail -f --pid=$P x",
    "tail --help -f",
    "watch --version",
    "A='tail -f'",
    "alias t='tail -f'",
    "trap 'tail -f x' USR1",
    "tail() { cat; }; tail -f x",
    "timeout 5 tail -f x",
    "timeout 5 ssh h 'tail -f x'",
    "ssh h 'timeout 5 tail -f x'",
    "ssh h timeout 5 tail -f x",
    "ssh -f h 'tail -f x'",
    "ssh h 'tail -f x >log 2>&1 &'",
    "ssh h 'tail -f x' &",
    "ssh -fN -L 1:db:5432 h",
    "bash -n -c 'tail -f x'",
    "tmux new-session -d 'tail -f x'",
    "echo 'tail -f x' | cat",
    "echo 'tail -f x' | at now",
    "systemd-run tail -f x",
    "daemonize /usr/bin/tail -f x",
    "command -v tail -f",
    "sleep 5",
    "sleep infinitely",
    "nc -zv h 80",
    "nc -l -w 5 80",
    "nc h 80 -p l",
    "tcpdump -c 5 -i eth0",
    "tcpdump -nr cap.pcap",
    "tcpdump -i eth0 | head -5",
    "vmstat 1 5",
    "vmstat",
    "iostat -x 1 3",
    "ping a | head -3",
    "ping -qc3 a",
    "( ping a ) | grep ttl | head -3",
    "ssh h 'ping a' | head -3",
    "docker stats --no-stream",
    "docker events --since 1h --until now",
    "aws logs tail G",
    "aws s3 sync logs b --follow-symlinks",
    "heroku logs -n 5",
    "stern web --no-follow",
    "dmesg -T",
    "cf logs a --recent",
    "journalctl -u f -n 5",
    "journalctl -uf",
]


@pytest.mark.parametrize("command", ENDLESS)
def test_what_waits_for_ever_is_told_of(command: str, lint: Lint) -> None:
    loaded = lint(shell(command, "shell: bash"))
    assert [p.line for p in loaded.warnings if p.code == "unbounded-wait"] == [7]


@pytest.mark.parametrize("command", ENDING)
def test_what_ends_is_not_taken_for_waiting(command: str, lint: Lint) -> None:
    loaded = lint(shell(command, "shell: bash"))
    assert loaded.errors == ()
    assert [p.message for p in loaded.warnings if p.code == "unbounded-wait"] == []


def test_a_warning_stands_on_its_line_behind_lines_that_go_on(lint: Lint) -> None:
    script = ["echo a \\", "  b \\", "  c", "tail -f x", "rm -r /srv/a", "echo $X"]
    loaded = lint(shell(script[0], *(f"  {line}" for line in script[1:]), "env: {Y: '{{ X }}'}"))
    told = {p.code: p.line for p in loaded.warnings}
    assert [told[c] for c in ("unbounded-wait", "destructive-without-danger", "dollar-name")] == [
        10,
        11,
        12,
    ]
    given = ["run: bash", "stdin: |", *(f"  {line}" for line in script)]
    told = {p.code: p.line for p in lint(step(*given)).warnings}
    assert told["destructive-without-danger"] == 11


def test_text_of_a_here_document_waits_only_where_a_shell_reads_it(lint: Lint) -> None:
    for command, found in (("cat > follow.sh", []), ("ssh h", [6]), ("bash", [6])):
        loaded = lint(step("run: |", f"  {command} <<END", "    tail -f x", "  END"))
        assert [p.line for p in loaded.warnings if p.code == "unbounded-wait"] == found


def test_a_warning_of_a_wait_names_what_makes_it_one(lint: Lint) -> None:
    for command, told in (
        ("journalctl -u web -fn5", "`journalctl -f` does not end"),
        ("ssh h 'kubectl -n a logs --follow p'", "`kubectl logs --follow` does not end"),
        ("kubectl rollout status deploy/x", "`kubectl rollout status` may wait for ever"),
    ):
        loaded = lint(shell(command))
        assert [p.message for p in loaded.warnings if p.code == "unbounded-wait"] == [told]


def test_beside_a_step_of_no_known_kind_no_variable_is_called_unused(lint: Lint) -> None:
    text = "name: runbook\nvars: {A: {}}\nsteps:\n  - {name: Say, run: 'echo {{ A }}'}\n"
    assert "unused-variable" not in {p.code for p in lint(text).warnings}


@pytest.mark.parametrize("more", [0, 1, 200])
def test_that_there_are_more_than_are_told_is_said(more: int, lint: Lint) -> None:
    number = MAX_WARNINGS + more
    top = "\n".join(["name: runbook", "vars:", *(f"  V{n}: {{}}" for n in range(number))])
    loaded = lint(step("run: echo", top=top))
    told = [p for p in loaded.warnings if p.code == "unused-variable"]
    assert len(told) == MAX_WARNINGS + (more > 0)
    assert ("and more warnings of this kind" in told[-1].message) == (more > 0)


@pytest.mark.parametrize("pattern", [r"[^-].*", r"([^-\s]\S*\s*)+"])
@pytest.mark.parametrize("value", ["db-1", "db-1:5432", "/var/log/a b.log", "registry/app:1.2"])
def test_the_pattern_that_a_hint_names_allows_what_is_natural(pattern: str, value: str) -> None:
    assert matches(pattern, value)
    assert not matches(pattern, f"-{value}")


def test_every_rule_is_tried() -> None:
    assert {code for code, _, line in CASES if line} == set(RULES)


def test_every_rule_is_explained() -> None:
    told = Path(__file__).parent.parent.parent.joinpath("docs", "warnings.md").read_text()
    assert set(re.findall(r"^\| `([a-z-]+)` \|", told, re.MULTILINE)) == {*RULES, USELESS}


def test_every_rule_says_why() -> None:
    assert all(rule.__doc__ for rule in RULES.values())


def test_a_secret_is_not_in_the_warning(lint: Lint) -> None:
    loaded = lint(step(f"run: curl -H {TOKEN}"))
    assert TOKEN not in "".join(str(problem) for problem in loaded.warnings)


def test_flood_of_warnings_is_cut(lint: Lint) -> None:
    loaded = lint(step("run: x", "env:", *(f'  A{i}: "\\u202e"' for i in range(100))))
    assert len(loaded.warnings) == MAX_WARNINGS + 1


def test_nested_and_undo_steps_are_linted(lint: Lint) -> None:
    loaded = lint(
        steps(
            "{name: g, kind: group, steps: [{name: a, kind: http, url: /x, verify: false}]}",
            "{name: b, kind: shell, run: x, undo: {kind: http, url: /x, verify: false}}",
        )
    )
    assert [p.line for p in loaded.warnings if p.code == "verify-off"] == [3, 4]


def test_what_goes_to_datadog_is_verified_in_any_case(lint: Lint) -> None:
    loaded = lint(step("url: /x", "verify: false", kind="http"))
    assert "does nothing here" in loaded.warnings[0].message
    loaded = lint(step("url: https://a.example", "verify: false", kind="http"))
    assert "turns the check" in loaded.warnings[0].message


def test_what_a_template_brings_is_linted_in_its_file(lint: Lint) -> None:
    loaded = lint(steps("{name: a, template: t}"), t="kind: http\nurl: /x\nverify: false\n")
    assert [(p.path, p.line) for p in loaded.warnings] == [("_templates/t.yaml", 3)]


def test_a_group_of_its_own_is_linted(lint: Lint) -> None:
    group = "params: {P: {}}\nsteps:\n  - {name: a, kind: shell, run: 'rm {{ P }}', capture: C}\n"
    loaded = lint(steps("{name: a, template: g, with: {P: x}}"), g=group)
    assert {(p.code, p.line) for p in loaded.warnings} == {
        ("option-injection", 3),
        ("unused-capture", 3),
    }


def test_loading_alone_does_not_lint(check: Lint) -> None:
    assert check(step("url: /x", "verify: false", kind="http")).problems == ()


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_the_bundled_runbooks_have_no_warnings(path: Path) -> None:
    loaded = load_bundled(path, linter=linter())
    assert [str(each) for each in (*loaded.errors, *loaded.warnings)] == []
    assert all(each.reason for each in loaded.silenced)


OFF = "verify: false"
BECAUSE = "# lint: ok verify-off because the host has no name yet"


def test_a_comment_with_a_reason_silences_a_warning_on_its_line(lint: Lint) -> None:
    loaded = lint(step("url: /x", f"{OFF}  {BECAUSE}", kind="http"))
    assert loaded.warnings == ()
    told = [(p.code, p.line, p.reason) for p in loaded.silenced]
    assert told == [("verify-off", 6, "the host has no name yet")]


def test_a_comment_alone_on_its_line_is_about_the_next(lint: Lint) -> None:
    loaded = lint(step("url: /x", BECAUSE, OFF, kind="http"))
    assert (loaded.warnings, len(loaded.silenced)) == ((), 1)


def test_a_comment_within_a_script_silences_what_stands_there(lint: Lint) -> None:
    script = "rm {{ X }}  # lint: ok option-injection because it is made here"
    loaded = lint(shell(script))
    assert "option-injection" not in {p.code for p in loaded.warnings}
    assert [p.code for p in loaded.silenced] == ["option-injection"]


def test_a_comment_silences_several_warnings(lint: Lint) -> None:
    because = "# lint: ok option-injection, destructive-without-danger because it is a scratch file"
    loaded = lint(shell(f"rm -r {{{{ X }}}}  {because}"))
    told = {(p.code, p.reason) for p in loaded.silenced}
    assert told == {
        ("option-injection", "it is a scratch file"),
        ("destructive-without-danger", "it is a scratch file"),
    }
    assert not {"option-injection", "destructive-without-danger"} & {
        p.code for p in loaded.warnings
    }


def test_of_several_codes_each_is_judged(lint: Lint) -> None:
    because = "# lint: ok verify-off, danger-ignored, verify-of because the host has no name yet"
    loaded = lint(step("url: /x", f"{OFF}  {because}", kind="http"))
    assert [p.code for p in loaded.silenced] == ["verify-off"]
    assert [p.message for p in loaded.warnings] == [
        "there is no warning `danger-ignored` here that this comment would silence",
        "there is no warning `verify-of`",
    ]


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# lint: ok verify-off, because so", {"verify-off", "useless-silencing"}),
        ("# lint: ok verify-off", {"verify-off", "useless-silencing"}),
        ("# lint: ok verify-off because", {"verify-off", "useless-silencing"}),
        ("# lint: ok", {"verify-off", "useless-silencing"}),
        ("# lint: ok verify-of because so", {"verify-off", "useless-silencing"}),
        ("# lint: ok danger-ignored because so", {"verify-off", "useless-silencing"}),
        ("# lint: okay", {"verify-off"}),
    ],
)
def test_a_comment_that_silences_nothing_is_told(comment: str, codes: set[str], lint: Lint) -> None:
    loaded = lint(step("url: /x", f"{OFF}  {comment}", kind="http"))
    assert {p.code for p in loaded.warnings} == codes
    assert loaded.silenced == ()


def test_what_may_fail_is_no_filter(lint: Lint) -> None:
    loaded = lint(step("run: |", "  A=$(kubectl get pods | sort | wc -l)", "  echo $A; df"))
    (told,) = [p.message for p in loaded.warnings if p.code == "unseen-failure"]
    assert told.startswith("`kubectl` may fail unseen")


@pytest.mark.parametrize(
    "command",
    [
        "bash",
        "ssh h",
        "ssh h bash -s",
        "ssh h sudo bash",
        "kubectl exec -i p -- sh",
        "sudo -i",
        "su - x",
    ],
)
def test_what_a_shell_is_fed_is_looked_through(command: str, lint: Lint) -> None:
    for inside, found in (("rm -r /srv/a", [7]), ("ls /srv/a", [])):
        loaded = lint(step("run: |", f"  {command} <<END", f"    {inside}", "  END"))
        lines = [p.line for p in loaded.warnings if p.code == "destructive-without-danger"]
        assert lines == [line - 1 for line in found]


@pytest.mark.parametrize("command", ["cat", "cat > f.sh", "grep rm", "bash -n; cat", "psql; cat"])
def test_what_no_shell_reads_destroys_nothing(command: str, lint: Lint) -> None:
    loaded = lint(step("run: |", f"  {command} <<END", "    rm -r /srv/a", "  END"))
    assert "destructive-without-danger" not in {p.code for p in loaded.warnings}


STRICT = {
    "bash": [
        *("shopt -so errexit", "shopt -s -o errexit", "shopt -os errexit", 'set -o "errexit"'),
        *(
            "builtin set -e",
            "command set -e",
            "set -o errexit -u",
            "set -eo pipefail",
            "trap x ERR",
        ),
    ],
    "zsh": [
        *("setopt -e", "unsetopt NO_ERR_EXIT", "unsetopt +e", "options[E_RR_EXIT]=on"),
        *("set +o noerrexit", "emulate sh -e", "emulate -L zsh -o errexit", "setopt -o errexit"),
        *("setopt localoptions errexit", "set -o ERREXIT", "setopt err_return"),
    ],
    "ksh": ["set --errexit", "set +o noerrexit", "set -o err_exit", "command set -e"],
    "dash": ["set -e", "set -o errexit", "set -ue"],
}
NOT_STRICT = {
    "bash": [
        "shopt -s errexit",
        "set x -e",
        "set -o ERREXIT",
        "setopt -e",
        "set +e",
        "trap x EXIT",
    ],
    "zsh": [
        "setopt noerrexit",
        "unsetopt errexit",
        "setopt +e",
        "options[errexit]=off",
        "set -o x",
    ],
    "ksh": ["set -o noerrexit", "set +o errexit", "setopt errexit"],
    "dash": ["set --errexit", "echo set -e"],
}


@pytest.mark.parametrize("shell", STRICT)
def test_what_makes_a_script_strict_is_what_does_so_in_its_shell(shell: str, lint: Lint) -> None:
    for commands, is_strict in ((STRICT, True), (NOT_STRICT, False)):
        for command in commands[shell]:
            loaded = lint(step("run: |", f"  {command}", "  first", "  second", f"shell: {shell}"))
            found = {p.code for p in loaded.warnings}
            assert ("unseen-failure" in found) is not is_strict, command


def test_a_variable_whose_only_use_has_a_mistake_is_used(lint: Lint) -> None:
    loaded = lint(shell("echo {{ X | nofilter }}"))
    assert len(loaded.errors) == 1
    assert "unused-variable" not in {p.code for p in loaded.warnings}
