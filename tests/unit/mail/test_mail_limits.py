"""No single mail costs more than one second of processor time or 300 MB: measured in a child with real limits."""

import json
import subprocess
import sys

import pytest

from tests.unit.mail.hostile_mails import HOSTILE

pytestmark = pytest.mark.serial

CPU_SECONDS = 1.0
MEMORY = 300 * 1024 * 1024

# Builds the mail first; what counts is the parse alone, and the peak of the whole process with its interpreter.
CHILD = """
import json, resource, sys, time
import mailmill.mail.parse, mailmill.mail.identity, mailmill.mail.threads
from tests.unit.mail.hostile_mails import HOSTILE
data = HOSTILE[sys.argv[1]]()
with open("/proc/self/clear_refs", "w") as peak:
    peak.write("5")
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
started = time.process_time()
message = mailmill.mail.parse.parse(data)
seconds = time.process_time() - started
mailmill.mail.identity.content_hash(data)
mailmill.mail.threads.base_subject(message.subject)
mailmill.mail.threads.joins_by_subject(message, frozenset())
total = time.process_time() - started
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
print(json.dumps({"parse": seconds, "all": total, "peak": peak, "from": [each.email for each in message.from_],
                  "problems": [*message.defects, *message.unreadable], "length": len(data)}))
"""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_is_archived_within_one_second_and_300_mb(name: str) -> None:
    done = subprocess.run([sys.executable, "-c", CHILD, name], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    cost = json.loads(done.stdout)
    assert cost["parse"] <= CPU_SECONDS, cost
    assert cost["peak"] <= MEMORY, cost
