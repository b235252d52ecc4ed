"""Jobs on the chain of a disk: layers committed down, pulled up, or copied to a new file."""
