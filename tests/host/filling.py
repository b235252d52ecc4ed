"""A guest of 512 bytes, which fills its disk: a real one, that QEMU stops when there is no room."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from tests.host.machine import Machine, define
from tests.lab.disk import PAGE
from tests.lab.missing import program

FROM, PAGES = 4 * 2**20, 64
"""It writes 64 pages there: the byte 1 all over the first, 2 all over the second, ..."""

CODE = bytes.fromhex(
    "ea057c0000"  # ljmp   0:start
    "31c0"  # start: xor    ax, ax
    "8ed8"  #        mov    ds, ax
    "fc"  #          cld
    "b80010"  # next: mov   ax, 0x1000
    "8ec0"  #        mov    es, ax
    "31ff"  #        xor    di, di
    "a04e7c"  #      mov    al, [number]
    "b90080"  #      mov    cx, 0x8000
    "88c4"  #        mov    ah, al
    "f3ab"  #        rep stosw
    "be3e7c"  #      mov    si, packet
    "b80043"  #      mov    ax, 0x4300     the BIOS's extended write, to the disk in dl
    "cd13"  #        int    0x13
    "7215"  #        jc     stop
    "8106467c8000"  # add   word [sector], 128
    "8316487c00"  #  adc    word [sector + 2], 0
    "fe064e7c"  #    inc    byte [number]
    "ff0e4f7c"  #    dec    word [left]
    "75d0"  #        jnz    next
    "fa"  #    stop: cli
    "f4"  #          hlt
    "ebfc"  #        jmp    stop
    "1000800000000010"  # packet: 128 sectors from 0x1000:0
    "0020000000000000"  # sector: where they go
    "01"  # number
    "4000"  # left
)

BOOT = CODE + bytes(510 - len(CODE)) + b"\x55\xaa"


def fills(handle: Any, name: str, folder: Path) -> Machine:
    """A machine, off, that does so when it is started."""
    machine = define(handle, name, folder, mib=64)
    code = folder / "boot"
    code.write_bytes(BOOT)
    order = f"write -q -s {code} 0 {len(BOOT)}"
    io = program("qemu-io", "qemu-utils")
    subprocess.run([io, "-f", "qcow2", "-c", order, str(machine.disks[0])], check=True)
    code.unlink()
    return machine


def filled(image: Path, raw: Path) -> int:
    """How many pages are written as they should be, one after another; ``raw`` is a new file."""
    argv = [program("qemu-img", "qemu-utils"), "convert", "-U", "-O", "raw", str(image), str(raw)]
    subprocess.run(argv, check=True)
    with raw.open("rb") as file:
        file.seek(FROM)
        for number in range(1, PAGES + 1):
            if file.read(PAGE) != bytes([number]) * PAGE:
                return number - 1
        assert file.read(PAGE) == bytes(PAGE)
    return PAGES
