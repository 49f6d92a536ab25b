"""Switching on the fleet index of things over the API. Python's standard library alone."""

import threading
import time

POLL_S = 0.1
CONFIGURATION = {"thingIndexingConfiguration": {"thingIndexingMode": "REGISTRY"}}


def built(api):
    """How many seconds it takes until one can search."""
    began = time.monotonic()
    api.must("POST", "/indexing/config", CONFIGURATION)
    while api.must("GET", "/indices/AWS_Things")["indexStatus"] != "ACTIVE":
        threading.Event().wait(POLL_S)
    return time.monotonic() - began
