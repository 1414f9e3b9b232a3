"""The protocol as a program: pure, total, deterministic functions over immutable values."""
