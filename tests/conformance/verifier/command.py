"""What the command line does: verdicts on standard output, exit code 0 where all holds, 3 where something does not."""

import argparse
import json
import sys

from . import bundle
from . import evidence
from . import fold
from . import policy
from . import reconcile
from . import vectors
from .faults import Broken
from .faults import Fault

HOLDS, FAILED = 0, 3


def main(arguments):
    options = parser().parse_args(arguments)
    return options.run(options)


def parser():
    top = argparse.ArgumentParser(prog="verifier", description="a second verifier of Concord's evidence")
    commands = top.add_subparsers(required=True)
    one = commands.add_parser("bundle", help="verify a bundle")
    one.add_argument("file")
    one.add_argument("--genesis", help="digest of version 1 of the charter")
    one.add_argument("--json", action="store_true")
    one.set_defaults(run=run_bundle)
    several = commands.add_parser("reconcile", help="hold bundles against each other")
    several.add_argument("files", nargs="+")
    several.add_argument("--genesis")
    several.set_defaults(run=run_reconcile)
    offline = commands.add_parser("proof", help="verify a proof file under a policy")
    offline.add_argument("file")
    offline.add_argument("--policy", required=True)
    offline.add_argument("--leaf", help="a file with the leaf; without it the extra line is taken for it")
    offline.set_defaults(run=run_proof)
    accusation = commands.add_parser("evidence", help="judge a file of evidence")
    accusation.add_argument("file")
    accusation.add_argument("--genesis")
    accusation.set_defaults(run=run_evidence)
    cases = commands.add_parser("vectors", help="judge every case of a folder")
    cases.add_argument("folder")
    cases.set_defaults(run=run_vectors)
    batch = commands.add_parser("batch", help="one JSON question a line on standard input, one answer a line")
    batch.set_defaults(run=run_batch)
    return top


def genesis_of(text):
    return bytes.fromhex(text) if text else None


def judged(data, pin):
    """The verdict on a bundle as JSON says it."""
    try:
        report = bundle.verify(data, pin)
    except Fault as fault:
        return {"ok": False, "code": fault.code, "why": fault.why, "problems": [told(fault)]}
    found = {
        "ok": not report.problems,
        "agency": report.agency,
        "anchored": report.anchored,
        "size": report.head.size,
        "root": report.head.root.hex(),
        "disclosed": report.log.disclosed,
        "receipts": len(report.log.receipts),
        "grades": report.checkpoints.grades,
        "witnessed": report.checkpoints.witnessed,
        "problems": [told(problem) for problem in report.problems],
    }
    if report.problems:
        found["code"], found["why"] = report.problems[0].code, report.problems[0].why
    return found


def told(fault):
    return {"code": fault.code, "part": fault.part, "leaf": fault.leaf, "why": fault.why}


def run_bundle(options):
    with open(options.file, "rb") as file:
        verdict = judged(file.read(), genesis_of(options.genesis))
    if options.json:
        print(json.dumps(verdict))
    elif verdict["ok"]:
        told = "anchored" if verdict["anchored"] else "self-consistent, unanchored"
        print(f"{verdict['agency']}: {verdict['size']} leaves hold ({told})")
    for problem in [] if options.json else verdict["problems"]:
        leaf = f", leaf {problem['leaf']}" if problem["leaf"] is not None else ""
        print(f"{problem['part']}{leaf}: {problem['code']}: {problem['why']}")
    return HOLDS if verdict["ok"] else FAILED


def run_reconcile(options):
    reports = []
    for path in options.files:
        with open(path, "rb") as file:
            reports.append(bundle.verify(file.read(), genesis_of(options.genesis)))
    try:
        found = reconcile.reconcile(reports)
    except Fault as fault:
        print(f"not held together: {fault}")
        return FAILED
    print(json.dumps(found))
    return FAILED if found["problems"] else HOLDS


def read(path):
    with open(path, "rb") as file:
        return file.read()


def run_proof(options):
    try:
        head = policy.verify(
            read(options.file), read(options.leaf) if options.leaf else None, policy.Policy(read(options.policy)),
        )
    except Broken as broken:
        print(f"does not hold: {broken}")
        return FAILED
    print(f"{head.origin}: holds at size {head.size}, cosigned by {len(head.cosigned)} witnesses of the policy")
    return HOLDS


def run_evidence(options):
    try:
        found = evidence.verify(read(options.file), genesis_of(options.genesis))
    except Fault as fault:
        print(f"proves nothing: {fault}")
        return FAILED
    print(f"{found.accused}: {found.kind}{'' if found.anchored else ' (anchored in nothing)'}")
    return HOLDS


def run_vectors(options):
    results = list(vectors.judged(options.folder))
    for result in results:
        print(json.dumps(result))
    return HOLDS if all(result["agrees"] is not False for result in results) else FAILED


def run_batch(options):
    """Keeps one process, and so one memory of verified signatures, for many questions."""
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps(answer(question)), flush=True)
    return HOLDS


def answer(question):
    if "structure" in question:
        return vectors.verdict(question["structure"], bytes.fromhex(question["bytes"]))
    if "weigh" in question:
        return fold.weights(question)
    if "procedure" in question:
        return fold.answer(question)
    if "reconcile" in question:
        pin = genesis_of(question.get("genesis"))
        reports = []
        for path in question["reconcile"]:
            with open(path, "rb") as file:
                reports.append(bundle.verify(file.read(), pin))
        try:
            return reconcile.reconcile(reports)
        except Fault as fault:
            return {"ok": False, "code": fault.code, "why": fault.why}
    with open(question["bundle"], "rb") as file:
        return judged(file.read(), genesis_of(question.get("genesis")))
