"""Finite instances of the exchange: a few accounts, every kind of transaction, interleaved in every order to a depth.

*A state* is a ledger state, known by its state root, and the prices that validators will report. *A step* is one block
made by `apply_block`: it carries one transaction of a short menu, or none and a price that jumps, a feed that falls
silent, time that passes. Blocks that do not follow and transactions that nobody may send come too, and must be
refused. So every order of so many blocks is tried, and orders that lead to the same state meet. The registry's
invariants judge every block and every state, those included that a long run asks only now and then.

Figures are chosen so that limits are near: accounts are thinly margined, an option is about to expire, a withdrawal is
under way, an order rests.

- `menu`: what can happen; `refused`: what must not; `system`: the exploration; `starting`: where it starts;
- `shown`: traces for viewers; `programs`: traces that are run again.
"""
