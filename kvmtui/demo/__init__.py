"""A throwaway host for ``kvmtui --demo``, which leaves nothing behind."""
