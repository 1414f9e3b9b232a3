"""Live differential testing: the spec and a client are given the same, made up as one goes along.

Two kinds of things are made up, in turns, from a seed:

- *programs* of the exchange (`clearstone.models.stateful`): the client keeps the state (`open`), is given each step as
  a signed block (`apply`), and its receipts and its root are compared with the spec's; if only the root differs it is
  asked for the whole state (`dump`);
- *questions*: inputs of the single operations, of every layer, within the bounds that the records state.

The first answer that differs ends the run. What led to it is then made as short and as plain as can be found within a
bound of time, and becomes a case like those of the vectors: to be shown with its fields, kept, and asked again.

- `client` asks one question at a time, and survives whatever the client does; `mismatch` says what can be wrong;
- `signed_chain`, `program_run`: a program on both sides; `program_hunt`: making programs up, and shrinking one;
- `questions`: what is asked of each operation; `question_hunt`: asking, and shrinking;
- `live_test`: turns of both, within a budget; `live_report`: what came of it, as a report like that of the suites.
"""
