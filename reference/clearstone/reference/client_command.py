"""`clearstone client`: the reference as a conformance client, on standard input and output."""

from __future__ import annotations

import sys

import click

from clearstone.reference import __version__
from clearstone.reference.mutant_option import mutant_option

EXAMPLES = """\b
Examples:
  clearstone conform -- clearstone client                       the reference against itself
  clearstone conform -- clearstone client --mutant NAME         with one rule broken: must be caught
  clearstone client < questions.jsonl                           answer the questions of a file
"""


@click.command(epilog=EXAMPLES)
@mutant_option
def client() -> None:
    """Answer conformance questions, one JSON object a line, until `stop` or the end of the input.

    docs/conformance.md says what is asked and how.
    """
    from clearstone.conformance.client_session import ClientSession

    session = ClientSession(__version__)
    output = sys.stdout.buffer
    for line in sys.stdin.buffer:
        reply = session.reply(line)
        if reply is None:
            break
        try:
            output.write(reply)
            output.flush()
        except BrokenPipeError:  # whoever asked is gone
            sys.stderr.close()
            break
