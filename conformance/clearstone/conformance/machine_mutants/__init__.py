"""Machine-made mutants: how likely do the vectors catch a client that makes one small mistake somewhere?

Each mutant is the reference with one machine-made change of the spec (`operators`, `generation`), a client that is
wrong in one place. It is asked the committed vectors and is caught if any answer is not the expected one; a client that
raises or hangs fails its case too. `clearstone mutants` tries all of them, some, or one by its name.

There are thousands, so a trial has to take milliseconds: it runs in a forked child of a process that has everything
loaded (`children`, `loading`), and asks only the cases that run the changed line, the cheapest first, until one differs
(`reach`, `trial`). Ready-made mutation testers were looked at and do not fit: mutmut and mutatest ask pytest which
tests fail and cosmic-ray any command, so that the unit they choose by is a test and not a case of a vector file. mutmut
writes functions as copies beside each other, where the spec's format is read off its type hints, and leaves out what
lies outside of functions; the other two start a process for each mutant.

What no mutant is counted for: `unanswered` names what no client's answer rests on, and `equivalents.toml` those that
behave as the spec does, each with the reason.
"""
