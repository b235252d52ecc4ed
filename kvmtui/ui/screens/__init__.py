"""The screens on top of each other."""
