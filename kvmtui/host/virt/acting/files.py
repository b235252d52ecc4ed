"""Removing files that a deleted snapshot leaves behind, unless somebody names them after all."""

from __future__ import annotations

import os
import stat
from os.path import dirname
from typing import Any

import libvirt

from kvmtui.host import folders
from kvmtui.host.base import Refused
from kvmtui.host.virt import pools, sizes
from kvmtui.host.virt.acting import users
from kvmtui.model.volume import read as read_volume
from kvmtui.plans.steps import RemoveFile


def remove(domain: Any, step: RemoveFile) -> None:
    """``virStorageVolDelete`` or ``unlink``; nothing to do where the file is gone already."""
    handle = domain.connect()
    local = sizes.is_local(handle)
    if not step.pooled and not local:
        raise Refused(f"{step.file} is on another machine, in no storage pool")
    user = _user(handle, step.file, local=local)
    if user:
        raise Refused(f"{step.file} is still named by {user}")
    if local and folders.is_locked(step.file):
        raise Refused(f"a program has {step.file} open")
    if not step.pooled:
        _unlink(step.file)
        return
    try:
        volume = pools.volume(handle, step.file, dirname(step.file))
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_STORAGE_VOL:
            raise
        return
    volume.delete(0)


def _unlink(file: str) -> None:
    """Only a plain file, and only by its own name."""
    try:
        if not stat.S_ISREG(os.lstat(file).st_mode):
            raise Refused(f"{file} is no plain file")
        os.unlink(file)
    except FileNotFoundError:
        return
    except OSError as error:
        raise Refused(f"{file}: {error.strerror}") from error


def _user(handle: Any, file: str, *, local: bool) -> str:
    """Who needs the file now; empty when nobody does."""
    named = users.user(handle, file, local=local)
    if named:
        return named
    stands = folders.needing(file) if local else _volumes_standing_on(handle, file)
    return next(iter(stands), "")


def _volumes_standing_on(handle: Any, file: str) -> list[str]:
    """Volumes beside it whose backing file it is, by the headers that they have now."""
    try:
        pool = handle.storagePoolLookupByTargetPath(dirname(file))
        pool.refresh(0)
        volumes = [(each.name(), read_volume(each.XMLDesc(0))) for each in pool.listAllVolumes(0)]
    except libvirt.libvirtError as error:
        why = error.get_error_message()
        raise Refused(f"whether something stands on {file} cannot be seen: {why}") from error
    return [name for name, volume in volumes if volume.base == file]
