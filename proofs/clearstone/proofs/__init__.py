"""Proofs: the specification's own functions on symbolic integers, decided by a solver for all of them.

Nothing here says again what a rule is. A proof runs the function of `clearstone.spec` that a node runs, on integers
that stand for every integer, follows each branch that some input takes, and asks of each end whether what was promised
holds.
"""
