"""Finite instances of consensus, exhausted: what is explored is `clearstone.spec.consensus.step` itself.

*A state* is what the correct validators are and have said. For each of them it holds the record that the rules keep
(`Node`: round, step, locked and valid value and round, decision), the set of messages that it has signed, and, where
crashes are explored, the record that it stored last and how often it has crashed. Two states are the same if all of
that is. There is no network in it: a message once sent is there for everybody, for ever, and whoever is "too slow" to
receive it does not act on it yet. That loses nothing, because nobody is ever made to act, and because what a rule
allows with some messages it allows with more (`table` shows that of the rules that run). What the Byzantine say is not
part of it either: everything that they could ever say is there from the start. Nor are timers, which follow from it: a
timer runs once the votes that schedule it are there, in the step and round that it is for.

*A step* is one correct validator's claim that changes the state, on a log of all that the correct have sent and all
that the Byzantine could ever send: any vote of any round for any value, any proposal in their turn. It is one rule of
the paper, carried out at once with all its actions: a vote that is cast is sent in the same step. All claims are
offered in every state, nonsense included. Timers run out at any time (or, if the instance says so, only once the rules
have scheduled them). With crashes, a validator may also crash in any state and after each action of a step, and takes
up at once what it had stored. Two claims of one validator that lead to the same state are one step.

With nothing left out (`Instance(proposers=(0, 1), timers_are_scheduled=True, keeps_decisions=True, symmetric=False)`,
`clearstone explore tendermint --round-robin`) four validators, the last of them Byzantine and no proposer, with two
blocks to choose from and correct proposers in turn have 1,134 distinct states and 2,628 steps in round 0, and 362,712
states and 966,836 steps in rounds 0 and 1: numbers that other tools can be compared with. A correct proposer that holds
no valid value may propose either block. Nobody enters a round after the last.

What the *reduced* instances leave out, and why nothing is lost:

- *decisions*: a validator that has decided is silent, so one that might have decided and goes on can do all that it
  could, and more. In each state every validator is offered every commit, and what it would decide is looked at.
- *the valid value*: it is only read by a proposer. In the reduced instances any proposal may always be made, as if all
  proposers were Byzantine, so no correct one need make one.
- *names*: states that differ by a renaming of values, or of correct validators of equal power, count once. That the
  rules do not tell values apart is checked by `table` on the rules that run.

And if rounds are closed (`closed_rounds`, `--closed-rounds`), *everything but the latest round*: nobody acts in a round
that somebody has left, and who is behind goes on at once. Rounds 0 and 1 of four validators are 4,680 states then and
not 39,825, rounds 0 to 2 are 260,231 and not 17.8 million, rounds 0 and 1 of seven 373,206 and not 10.9 million. So
rounds 0 to 2 of seven validators, two of them Byzantine, are exhausted: 297,535,137 states in seven minutes and 4.9 GB.

`instance` says what is finite about an instance; `system` explores it by calling `step` in every state; `table` and
`packed` do the same from a table of all that `step` can answer, far quicker, and tests hold the two equal, edge by
edge. The first is what is called *plain*: no table is made before, `step` is called in every state for every validator
and every claim that asks anything of the log, whatever it said in other states; only claims that are refused or allowed
without a question, which therefore have the same outcome everywhere, are made once for each local state. What follows
from an outcome (a number for the local state, the verdict of the invariants on the same step and votes) is remembered.
`safety` says what must hold, `accountability` who is to blame where a fork is possible, `traces` writes down how it
comes about. `synchronous` is another system on the same rules: a good network, in which everybody must decide.
"""
