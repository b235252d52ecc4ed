"""Hosts: reached through libvirt, followed, and changed step by step. No screen here."""
