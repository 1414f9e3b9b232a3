"""How tests run here: no deadline for a single example, since a busy machine is not a defect; and with interrupts."""

import os
import signal

from hypothesis import HealthCheck, settings

settings.register_profile(
    "clearstone",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],  # the same reason: it measures the machine
    derandomize="CI" in os.environ,
)
settings.load_profile("clearstone")


def pytest_configure() -> None:
    """Let interrupts come: shells start what runs in the background with them ignored, and children inherit that."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
