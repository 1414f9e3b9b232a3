"""Proofs about the ledger: what every transaction kind and every step of a block keeps, for all integers."""
