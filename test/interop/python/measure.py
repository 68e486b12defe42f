"""Runs a command and prints as JSON what it took: seconds of wall time, peak bytes of memory, exit status.

The system's own figure for a child (`ru_maxrss`) counts pages of mapped input files as well, which the kernel can
drop at any time. Memory that the process really holds (RssAnon) has no high-water mark: it is sampled.
A process starts as a copy of its parent, and `ru_maxrss` remembers that: this program imports next to nothing.
"""

import os
import sys
import time

SAMPLE_SECONDS = 0.005


def anonymous_bytes(pid):
    try:
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


began = time.monotonic()
quiet = os.open(os.devnull, os.O_WRONLY)
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, quiet, 1)])
held = 0
while True:
    held = max(held, anonymous_bytes(pid))
    ended, status, usage = os.wait4(pid, os.WNOHANG)
    if ended:
        break
    time.sleep(SAMPLE_SECONDS)
seconds = time.monotonic() - began
print(
    f'{{"seconds": {seconds}, "peakBytes": {usage.ru_maxrss * 1024}, "heldBytes": {held}, '
    f'"processorSeconds": {usage.ru_utime + usage.ru_stime}, "status": {os.waitstatus_to_exitcode(status)}}}'
)
