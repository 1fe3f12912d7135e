"""onnxruntime with its telemetry off.

Builds of onnxruntime carry a client that keeps a session id in the temporary folder and reports
to its maker. A gate reports to nobody, so the switch is set before the library is loaded: later
is too late, the file is written by then.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime as ort  # type: ignore[import-untyped]  # it ships no types

__all__ = ["ort"]
