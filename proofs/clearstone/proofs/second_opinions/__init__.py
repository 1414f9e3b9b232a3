"""Second opinions: the same obligations and conditions, judged by tools that share nothing with the executor.

- `sampling`: Hypothesis draws the inputs, and the plain functions run. It proves nothing, and says so (SAMPLED, how
  often); but what the executor, its normal form and its solver might get wrong together, it does not.
- `crosshair`: CrossHair, a symbolic executor for Python at large, follows the same obligations.
- `another_solver`: cvc5 is asked the questions that Z3 answered.

None of them decides whether something counts as proved: each verdict stands in a column of its own.
"""
