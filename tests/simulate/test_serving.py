"""The provider as a process of its own: it prints its address, serves, and ends on a signal."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from mailmill.domain.errors import InvalidInput
from mailmill.simulate.serving import serve

PROGRAM = """
import pathlib, sys
from mailmill.simulate.serving import serve
serve(count=20, script_file=pathlib.Path(sys.argv[1]))
"""


def test_a_process_serves_with_its_script_until_a_signal(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text('{"faults": [{"fault": "status", "status": 429, "retry_after": 3, "at": [1]}]}')
    with subprocess.Popen([sys.executable, "-c", PROGRAM, str(script)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        address = json.loads(process.stdout.readline())["address"]
        with httpx.Client(base_url=address, verify=False, trust_env=False) as client:
            first, second = client.get("/v1/count"), client.get("/v1/count")
            assert (first.status_code, first.headers["Retry-After"]) == (429, "3")
            assert second.json()["messages"] == 20
            assert [json.loads(line)["status"] for line in client.get("/_log").text.splitlines()] == [429, 200]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) in {0, -signal.SIGTERM}


@pytest.mark.parametrize("text", ["", "[", '{"faults": [{"fault": "cut"}]}'])
def test_a_script_that_cannot_be_read_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "script.json").write_text(text)
    with pytest.raises(InvalidInput):
        serve(script_file=tmp_path / "script.json")


def test_an_address_in_use_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="script"):
        serve(script_file=tmp_path / "missing.json")
    with pytest.raises(InvalidInput, match="listen"):
        serve(host="192.0.2.1")
