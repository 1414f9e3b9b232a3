"""Stateful machines: Hypothesis makes programs up, step by step, and every invariant looks at every step.

- `exchange_world`, `exchange_program`, `exchange_run`: where a program of the exchange starts, what it is, running one;
- `exchange_machine`: the rules by which one is made up, and where they look for trouble;
- `network_program`, `network_run`, `network_machine`: the same for validators under an adversarial scheduler;
- `hunting`: profiles, and looking for a program that breaks something, as short as can be;
- `counterexamples`: programs as ITF traces, and back.

The exchange machine is no proof. Hunts of 150 to 400 programs, some cut off after less than a minute on a busy machine,
did not come across what these mutants break:

- `winner-paid-before-loser` needs a pool whose losers owe more than all others have left, and who then withdraws;
- `rise-tried-downwards`, `rise-floored` need a spread whose worst case is just the one price that they change;
- `flagged-at-zero-is-absent` needs time 0, and no chain here begins then;
- `discount-without-limit`, `flag-released-at-maintenance`, `liquidate-on-a-frozen-feed`, `liquidate-all-at-once`,
  `liquidate-past-zero` and `bisection-skips-what-holds` need an account that is below maintenance margin and above
  zero, mostly for some blocks;
- `loss-reaches-another-pool`, `first-pool-pays-for-all`, `funding-remainder-dropped` and `parameters-contradict`: not
  looked into.

A program is plain data. Whatever made it up, running it needs nothing but the spec, and gives the same each time.
"""
