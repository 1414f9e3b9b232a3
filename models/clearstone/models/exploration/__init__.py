"""Exhaustive exploration: every state that a finite system can reach, each looked at once.

- `system`: what a system is, to be explored: where it starts, where it can go, what is wrong;
- `search`: breadth first through all of it, so that the first violation has a shortest trace.

It knows nothing of what it explores. The finite instances of consensus are in `clearstone.models.tendermint`, those of
the exchange in `clearstone.models.exchange_instances`.
"""
