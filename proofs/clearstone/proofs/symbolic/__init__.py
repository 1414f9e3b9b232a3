"""Symbolic execution: a function of the specification runs on integers that stand for every integer.

Arithmetic on an `Integer` is exact arithmetic on polynomials. A comparison gives a `Formula`, and when the function
asks whether it is true, an `Exploration` answers, and runs the function again for the other answer. What comes of it
is one path for each way through the function, with the conditions under which it is taken.
"""
