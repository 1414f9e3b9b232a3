"""Validators in one process over a simulated network: what runs the rules of consensus, and what tries to break them.

`cluster` is the entry point: `validator_process` runs one validator behind its `message_log` and `storage`, `network`
and `byzantine` are against it, `application` is what it decides blocks for (`ledger_application` is the ledger), and
`schedules` draws whole adversarial runs from a seed.
"""
