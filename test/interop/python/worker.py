"""Answers calls, one JSON object a line: {"call": name, ...arguments} -> {"value": ...} or {"error": ...}.

One process per test file, because importing torch and transformers takes seconds. Libraries print where they
like: what they send to stdout goes to stderr, and the answers keep the real stdout to themselves.
"""

import json
import os
import sys
import traceback

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import adapters  # noqa: E402
import compare  # noqa: E402
import mergekit_runs  # noqa: E402
import models  # noqa: E402
import operators  # noqa: E402

MODULES = (models, adapters, compare, operators, mergekit_runs)


def find(name):
    for module in MODULES:
        if name in module.CALLS:
            return module.CALLS[name]
    raise KeyError(f"no call named {name}")


for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"value": find(request.pop("call"))(**request)}
    except Exception:
        answer = {"error": traceback.format_exc()}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
