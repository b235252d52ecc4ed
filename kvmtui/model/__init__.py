"""What is known of a libvirt host, as frozen values: no I/O, no screen."""
