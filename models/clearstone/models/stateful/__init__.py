"""Stateful machines: Hypothesis makes programs up, step by step, and every invariant looks at every step.

- `exchange_world`, `exchange_program`, `exchange_run`: where a program of the exchange starts, what it is, running one;
- `exchange_machine`, `exchange_trouble`: the rules by which one is made up, and where they look for trouble;
- `altered_blocks`: each block again with one thing changed, which must be refused for it;
- `network_program`, `network_run`, `network_machine`, `network_stories`: the same for validators under an adversarial
  scheduler; `network_guards` puts claims of all kinds to every state they reach, `network_forgeries` messages that may
  not be counted;
- `observed_machine`: what both machines are, so that somebody can look at their programs;
- `hunting`, `parallel_hunting`: profiles, and looking for a program that breaks something, as short as can be;
- `first_find`: one question, for reports on mutants; `out_of_reach`: the mutants that are not caught, and why;
- `counterexamples`: programs as ITF traces, and back.

A program is plain data. Whatever made it up, running it needs nothing but the spec, and gives the same each time. No
hunt is a proof: it says how many programs were run.
"""
