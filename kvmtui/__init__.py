"""Snapshots, disk chains and block jobs of KVM domains, in a terminal."""

__version__ = "0.1.0"
