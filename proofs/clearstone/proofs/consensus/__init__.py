"""Consensus for any number of validators, rounds and blocks: agreement, accountability, and that the code obeys them.

The proof has two halves that meet in one set of formulas.

*The theorem*, about an abstract system in which only correct validators appear and liars are free to send anything:

- `relations` is that system: what the correct said, where they stand, and how one of them may move;
- `invariant` is what holds in every state of it, and `agreement` the induction, down to "no two decide differently";
- `quorums` shows from the spec's own `is_quorum` what the theorem assumes of quorums, for any weights;
- `accountability` shows whom a fork convicts, and `never_accused` that nothing ever convicts a correct validator.

*The link*: `local_steps` runs `spec.consensus.step` on a symbolic validator, a symbolic log and each kind of claim.
Each path through the code is shown to be a move of the abstract system, or none (`refinement`), to happen exactly when
the paper says so (`exactness`), and to keep what a crash must not undo (`promises`).

`explored_edges` sees the link a second way: on every state and step of the exhausted finite model, the formulas of the
theorem (`finite_theorem`) are evaluated over arrays (`array_reading`).

*Around it*: `admission` shows what enters a log and what a commit proves, `evidence_rules` and `trials` that the
judge's code convicts for exactly the crimes that `accountability` and `never_accused` speak of.

`conditions` is how any of this is decided: each statement becomes small questions to a solver, with a limit on its work
and not on its time, and whatever the solver cannot decide counts as failed.

What is trusted: the principle of induction (`conditions.Proof.by_induction`, and over the moves of the abstract
system); that signatures are not forged; that a log adds up power by distinct sender; and the solver.
"""
