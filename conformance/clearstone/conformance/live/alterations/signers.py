"""Who signs in the vectors, by name: a key is derived from a name, and cannot be told from its public half.

A name that is missing here does no harm: what that key signed cannot be signed anew, so changes of it are refused.
"""

from __future__ import annotations

SIGNERS = (
    *("alice", "bob", "carol", "dora", "emil", "fred", "x", "y", "z", "a", "b", "c", "d"),
    *(f"{kind} {number}" for kind in ("validator", "judge") for number in range(8)),
    *(f"{kind} {number}" for kind in ("long", "short", "wallet") for number in range(4)),
    *("account", "accomplice", "alone", "anchor", "attacker", "bad", "bidder 0", "bidder 100", "buyer", "bystander"),
    *("debtor", "early", "first", "flagger", "friend", "giant", "griefer", "hedged", "heir", "holder", "idle"),
    *("keeper", "late", "later", "long", "loser", "maker", "mixed", "netted", "nobody", "other", "outsider", "owner"),
    *("poor", "rich", "richer", "second", "short", "spread", "stranger", "target", "third", "victim with longs"),
    *("victim with shorts", "weak", "whale", "winner", "writer"),
)
"""Their names."""
