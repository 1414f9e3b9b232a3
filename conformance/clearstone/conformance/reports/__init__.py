"""What came of a run, for people and for machines: terminal, JSON Lines, JUnit XML, badge, HTML matrix.

`run_report` is the run itself, from which all are written. The JSON Lines form can be read again, so that a matrix may
show clients that ran at different times and places.
"""
