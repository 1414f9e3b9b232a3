"""The runnable side of the protocol: the `clearstone` command, and what a client needs to use the spec as a library."""

__version__ = "0.1.0"
