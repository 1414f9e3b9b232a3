"""Exploring the finite instances of consensus, for the command."""

from __future__ import annotations

from time import perf_counter

from clearstone.models.exploration.search import explore
from clearstone.models.itf import ItfTrace
from clearstone.models.tendermint import programs, synchronous_programs
from clearstone.models.tendermint.accountability import judged_forks, with_byzantine_proposers
from clearstone.models.tendermint.exhausting import exhaust
from clearstone.models.tendermint.instance import Instance
from clearstone.models.tendermint.runs import Moment
from clearstone.models.tendermint.synchronous import SynchronousSystem
from clearstone.models.tendermint.traces import itf_trace, moment_text
from clearstone.reference.explore_programs import with_program
from clearstone.reference.explore_progress import explore_progress
from clearstone.reference.explore_results import ExploreResult

MOST_SAID = 2
"""How much the liar says where termination is shown."""
ENGINES = {
    "table": "by a table of all that `step` can say",
    "step": "by `step` in every state",
    "closed rounds": "by a table of all that `step` can say, with rounds closed",
}
"""How an instance is explored."""
REMARKS = {"closed rounds": "how far a state is from the start: the ranks of states before it, not its steps"}
"""What else is to be said of that."""


def described(instance: Instance) -> str:
    """What is finite about an instance, in a line."""
    liars = ", ".join(f"v{place}" for place in sorted(instance.byzantine)) or "none"
    parts = [
        f"powers {', '.join(map(str, instance.powers))}",
        f"Byzantine {liars}",
        f"{instance.values} values",
        "round 0" if instance.rounds == 1 else f"rounds 0 to {instance.rounds - 1}",
    ]
    parts += [f"{instance.crashes} crash(es) each"] if instance.crashes else []
    parts += ["correct proposers in turn, nothing left out"] if instance.proposers is not None else []
    parts += ["no symmetry"] if not instance.symmetric and instance.proposers is None else []
    return "; ".join(parts)


def explore_consensus(
    instance: Instance,
    by_step: bool = False,
    max_states: int | None = None,
    *,
    closes_rounds: bool = False,
    quiet: bool = False,
) -> ExploreResult:
    """Exhaust an instance."""
    with explore_progress("tendermint", quiet=quiet) as progress:
        done = exhaust(
            instance, by_step=by_step, closes_rounds=closes_rounds, max_states=max_states, tell=progress.tell
        )
    findings = tuple(done.findings)
    return ExploreResult(
        model="tendermint",
        instance=described(done.instance),
        engine=ENGINES[done.engine],
        states=done.states,
        steps=done.steps,
        depth=max(0, len(done.layers) - 1),
        frontier=done.frontier,
        ended=done.ended,
        findings=findings,
        trace=tuple(moment_text(moment) for moment in done.moments),
        itf=traced("tendermint", done.instance, done.moments, findings),
        seconds=done.seconds,
        remarks=tuple(filter(None, (done.note, REMARKS.get(done.engine)))),
    )


def explore_forks(instance: Instance, *, quiet: bool = False) -> ExploreResult:
    """Find every fork of an instance over the threshold, and have each judged."""
    if not with_byzantine_proposers(instance):
        raise ValueError("the proposers of all its rounds have to be Byzantine, so that no correct one is blamed")
    began, ended = perf_counter(), "exhausted"
    with explore_progress("accountability", quiet=quiet) as progress:
        forks = judged_forks(instance, progress.tell, progress.judged)
    ended = "exhausted" if forks.complete else "interrupted"
    findings = tuple(dict.fromkeys(forks.failures))
    least = f"the least power accused is {forks.least_accused} of {instance.total}" if forks.judged else "none judged"
    return ExploreResult(
        model="accountability",
        instance=described(instance),
        engine=ENGINES["table"],
        states=forks.states,
        steps=forks.steps,
        depth=forks.depth,
        frontier=forks.forks - forks.judged,
        ended=ended,
        findings=findings,
        trace=tuple(moment_text(moment) for moment in forks.example),
        itf=traced("accountability", instance, forks.example, findings),
        seconds=perf_counter() - began,
        remarks=(f"{forks.judged:,} states with a fork, of {forks.forks:,}, were judged: {least}",),
    )


def explore_good_network(*, quiet: bool = False) -> ExploreResult:
    """Show that all decide within two rounds of a good network, the first of which a liar proposes in."""
    began = perf_counter()
    instance = Instance(rounds=2, proposers=(3, 0), keeps_decisions=True, symmetric=False)
    system, itf, told = SynchronousSystem(instance, MOST_SAID), None, list[str]()
    with explore_progress("termination", quiet=quiet) as progress:
        done = explore(system, tell=progress.tell)
    wrong = done.violation
    if wrong is not None:
        program = synchronous_programs.program_of(system, [step.label for step in wrong.steps])
        replayed = synchronous_programs.run_program(program)
        itf = with_program(replayed.trace, "termination", program, wrong.findings)
        told = [moment.action for moment in replayed.told]
    return ExploreResult(
        model="termination",
        instance=f"powers 1, 1, 1, 1; v3 is Byzantine, proposes in round 0 and says at most {MOST_SAID} things",
        engine="by `step` in every state",
        states=done.states,
        steps=done.steps,
        depth=max(0, len(done.layers) - 1),
        frontier=done.frontier,
        ended=done.ended,
        findings=() if wrong is None else wrong.findings,
        trace=tuple(told),
        itf=itf,
        seconds=perf_counter() - began,
    )


def traced(model: str, instance: Instance, moments: list[Moment], findings: tuple[str, ...]) -> ItfTrace | None:
    """The trace for viewers, with what it takes to run it again, if there is anything to see."""
    if not moments:
        return None
    trace = itf_trace(instance, moments, findings or ("a shortest fork",), "clearstone explore")
    program = programs.program_of(instance, moments, judges_forks=model == "accountability")
    return with_program(trace, model, program, findings)
