"""What is asked before a plan is made; one module for each kind of change."""
