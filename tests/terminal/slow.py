"""kvmtui itself, but what it merges is copied at so many bytes per second: slow.py LIMIT …"""

from __future__ import annotations

import sys
from functools import partial

from kvmtui import cli, connect
from kvmtui.host.fleet import Fleet

if __name__ == "__main__":
    setattr(connect, "Fleet", partial(Fleet, commit_bandwidth=int(sys.argv[1])))  # noqa: B010
    cli.main(sys.argv[2:])
