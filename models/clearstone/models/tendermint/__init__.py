"""Finite instances of consensus, exhausted: what is explored is `clearstone.spec.consensus.step` itself.

*A state* is what the correct validators are and have said. For each of them it holds the record that the rules keep
(`Node`: round, step, lock, and what the instance does not leave out of it), the set of messages that it has signed,
and, where crashes are explored, the record that it stored last and how often it has crashed. There is no network in it:
a message once sent is there for everybody, for ever, and whoever is "too slow" to receive it does not act on it
yet. That loses nothing, because nobody is ever made to act, and because what a rule allows with some messages it allows
with more (`table` shows that of the rules that run).

*A step* is one correct validator's claim that changes the state, on a log of all that the correct have sent and all
that the Byzantine could ever send: any vote of any round for any value, any proposal in their turn. All claims are
offered in every state, nonsense included. Timers run out at any time (or, if the instance says so, only once the rules
have scheduled them). With crashes, a validator may also crash in any state and after each action of a step, and takes
up at once what it had stored.

What the *reduced* instances leave out, and why nothing is lost:

- *decisions*: a validator that has decided is silent, so one that might have decided and goes on can do all that it
  could, and more. In each state every validator is offered every commit, and what it would decide is looked at.
- *the valid value*: it is only read by a proposer. In the reduced instances any proposal may always be made, as if all
  proposers were Byzantine, so no correct one need make one.
- *names*: states that differ by a renaming of values, or of correct validators of equal power, count once. That the
  rules do not tell values apart is checked by `table` on the rules that run.

`instance` says what is finite about an instance; `system` explores it by calling `step` in every state; `table` and
`packed` do the same from a table of all that `step` can answer, far quicker, and tests hold the two equal, edge
by edge. `safety` says what must hold, `accountability` who is to blame where a fork is possible, `traces` writes down
how it comes about. `synchronous` is another system on the same rules: a good network, in which everybody must decide.
"""
