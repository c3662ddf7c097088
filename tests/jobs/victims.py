"""What a child process of the tests works on: some items it survives, some it does not."""

import os
import signal
import time


def work(item: str) -> str:
    """The item in capitals, or what its name says."""
    if item == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if item == "hang":
        time.sleep(600)
    if item == "raise":
        raise ValueError("on purpose")
    return item.upper()
