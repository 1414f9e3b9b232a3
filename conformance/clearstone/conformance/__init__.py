"""Testing other clients against the specification: wire protocol, vectors, runner, reports (`docs/conformance.md`).

`operations` says what a client can be asked, each operation being one function of the spec with its inputs and outputs
as records; `wire` is what is said on a pipe; `suites` make the cases; `vector_file` writes and reads them; `runner`
asks a client all of them and survives whatever it does; `reports` say what came of it. Nothing here restates a rule:
what is expected is what the spec answered.
"""
