"""Consensus: how validators agree on one block a height although fewer than a third of their power may lie (CONS-1).

The algorithm is Tendermint (Buchman, Kwon, Milosevic, arXiv 1807.04938). Each height goes through rounds; in a round a
proposer names a block and validators prevote for it or for nothing; whoever sees more than 2/3 of the power prevote for
one block locks it and precommits; more than 2/3 of precommits decide. Read the modules in this order:

- `validators`: who votes with how much power, and what a quorum is;
- `messages`: what is signed and sent, and what makes a message well-formed;
- `node`: what a validator remembers at one height, and what of it must survive a crash (CONS-3);
- `log`: the questions that the rules ask about received messages;
- `claims` and `actions`: what goes into the rules and what comes out;
- `rules`: the paper's rules, one function for each; `step` is their one entry point;
- `driver`: what decides which claims to make, which safety does not depend on;
- `proposer`: whose turn it is (CONS-4);
- `commits`: what proves a decision (CONS-6);
- `evidence`: who is guilty of a fork (CONS-5).
"""
