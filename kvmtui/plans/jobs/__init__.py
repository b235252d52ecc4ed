"""Jobs that run already: how fast they go, how they are ended, and why they stopped."""
