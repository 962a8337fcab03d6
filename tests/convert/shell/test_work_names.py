"""How steps are called by what their commands do."""

from __future__ import annotations

import pytest

from pup_tui.convert.shell.reading import parsed
from pup_tui.convert.shell.work_names import name_of_script
from tests.support.conversions import Conversion


@pytest.mark.parametrize(
    ("script", "name"),
    [
        ('kubectl --context "$C" -n "$NS" rollout restart "deploy/$SERVICE"', "Restart the service"),
        ("kubectl -n shop scale deployment worker --replicas=0", "Scale worker"),
        ("kubectl delete pod web-7f9c", "Delete pod web-7f9c"),
        ('kubectl delete pod "$POD"', "Delete the pod"),
        ("kubectl exec -n db pg-0 -- psql -c 'drop table x'", "Drop the table"),
        ("sudo -u root systemctl restart nginx.service", "Restart nginx"),
        ("ssh -p 22 ops@web-1 'sudo systemctl reload nginx'", "Reload nginx on web-1"),
        ('ssh "$HOST" sudo reboot', "Reboot"),
        ("ssh db-1 bash -s <<'X'\nset -e\npg_ctl promote -D /x\nX", "Promote on db-1"),
        ("find /backup -name '*.sql.gz' -mtime +3 -delete", "Delete old dumps"),
        ("find /srv/in -type f -exec rm {} +", "Delete files"),
        ("rm -rf $DIR/*", "Empty the directory"),
        ("rm -f /srv/app.lock", "Remove app.lock"),
        ('used=$(df /); pg_dump "$db" | gzip > "$f"', "Dump the database"),
        ('aws s3 cp "$f" "$BUCKET/x/"', "Upload"),
        ("aws s3 cp s3://dumps/ledger.gz .", "Download ledger.gz"),
        ("aws ec2 terminate-instances --instance-ids i-1", "Terminate instances"),
        ("aws rds describe-db-instances", "Look at db instances"),
        ("curl -fsS https://shop.example.com/healthz", "Health check"),
        ("curl -X DELETE https://crm.example.com/customers/1", "Delete at crm.example.com"),
        ("isql -S LEDGER <<!\nexec close_month 12\ngo\n!", "Close month"),
        ("mysql -e 'delete from jobs' shop", "Delete from jobs"),
        ("sudo su - batch -c 'touch /data/LOCK'", "Take the lock"),
        ("dig @localhost +short shop.example.com", "Look up shop.example.com"),
        ('dig "$1"', "Look up"),
        ("tool deploy 'now please'", "Tool deploy"),
    ],
)  # fmt: skip
def test_a_step_is_called_by_what_it_does(script: str, name: str) -> None:
    assert name_of_script(script) == name


def test_a_function_that_hands_its_words_on_is_seen_through() -> None:
    done = Conversion(
        """
        #!/bin/bash
        set -e
        CONTEXT=${1:?context}
        k() { kubectl --context "$CONTEXT" "$@"; }
        run() { if [ -n "$DRY" ]; then echo "+ $*"; else "$@"; fi; }
        k cordon node-1
        run helm upgrade shop ./chart
        """,
        "do.sh",
    )
    assert done.names == ["Cordon node-1", "Upgrade shop"]


def test_what_is_said_of_a_failure_names_the_work() -> None:
    done = Conversion(
        """
        #!/bin/bash
        for p in a-1 b-1; do
          scp x.conf "$p:/etc/" && ssh "$p" reload-it || notify "roll-out to $p failed"
        done
        until tool state | grep -q up; do
          n=$((n+1))
          [ "$n" = 60 ] && { echo "not ready after 60 s"; exit 1; }
          sleep 1
        done
        """,
        "do.sh",
    )
    assert done.names == ["Roll-out", "Wait until ready"]


def test_a_flood_of_wrapping_ends() -> None:
    nested = "sudo " * 500 + "bash -c " * 500 + "true"
    assert parsed(nested)
    assert isinstance(name_of_script(nested), str)
