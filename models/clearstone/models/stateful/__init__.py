"""Stateful machines: Hypothesis makes programs up, step by step, and every invariant looks at every step.

- `exchange_world`, `exchange_program`, `exchange_run`: where a program of the exchange starts, what it is, running one;
- `exchange_machine`: the rules by which one is made up, and where they look for trouble;
- `network_program`, `network_run`, `network_machine`: the same for validators under an adversarial scheduler;
- `hunting`: profiles, and looking for a program that breaks something, as short as can be;
- `counterexamples`: programs as ITF traces, and back.

A program is plain data. Whatever made it up, running it needs nothing but the spec, and gives the same each time.
"""
