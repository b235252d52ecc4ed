"""What a wish would do to a host: pure functions from a world to a plan or a refusal."""
