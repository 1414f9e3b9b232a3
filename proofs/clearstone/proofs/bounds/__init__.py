"""How wide numbers get: within NUM-5's bounds, no intermediate of the specification needs more than 256 bits.

Python's integers have no width; a contract's and a client's do. So the specification's functions run on integers of
which only ranges are known (`ranges`), along every path of the obligations that prove them, and each result of each
expression is bounded by interval arithmetic (`widths`). No solver takes part. `claims` states what follows.
"""
