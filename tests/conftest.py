"""How Hypothesis runs here: no deadline for a single example, since a busy machine is not a defect."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "clearstone",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],  # the same reason: it measures the machine
    derandomize="CI" in os.environ,
)
settings.load_profile("clearstone")
