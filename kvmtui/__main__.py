"""``python -m kvmtui``."""

from kvmtui.cli import main

main()
