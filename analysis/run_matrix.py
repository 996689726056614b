#!/usr/bin/env python3
# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""Run a matrix of experiments in parallel, and only those runs that are still to be done.

A run is done when its folder holds a complete manifest and a run.json of the same options and the
same program. It can be interrupted at any time: what was finished stays, and a run that was not
leaves nothing that looks like one.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time

from tqdm import tqdm

from common import ROOT, BadInput, read_json
from matrix import Matrix, same


def fingerprint(program):
    """What tells one version of the program and of the module's library from another."""
    digest = hashlib.sha256()
    libraries = sorted(program.parents[1].glob("lib/libns3*-global-ip-tunneling*.so"))
    for path in [program, *libraries]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


class Runner:
    """Runs what is to be done of a matrix."""

    def __init__(self, program, results):
        self.program = program
        self.results = results
        self.version = fingerprint(program)
        self.children = set()
        self.lock = threading.Lock()
        self.stopped = False

    def description(self, run):
        """What run.json of a run says."""
        return {"options": run.arguments, "program": self.version}

    def is_done(self, run):
        """Whether a run need not be run again."""
        folder = self.results / run.folder
        try:
            complete = read_json(folder, "manifest.json").get("complete") is True
        except (BadInput, ValueError):
            return False
        return complete and same(folder / "run.json", self.description(run))

    def run(self, run):
        """Do one run; return None, or a line that says why it failed."""
        folder = self.results / run.folder
        part = folder.with_name(folder.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        with self.lock:
            if self.stopped:
                return "stopped"
            child = subprocess.Popen(
                [str(self.program), *run.arguments, f"--results={part}"],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            self.children.add(child)
        output, errors = child.communicate()
        with self.lock:
            self.children.discard(child)
        if self.stopped:
            return "stopped"
        if child.returncode != 0:
            last = (errors.strip() or "nothing on standard error").splitlines()[-1]
            return f"{run.folder}: status {child.returncode}: {last}"
        (part / "output.txt").write_text(output, encoding="utf-8")
        (part / "run.json").write_text(json.dumps(self.description(run), indent=1) + "\n")
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
        return None

    def stop(self):
        """End the runs under way."""
        with self.lock:
            self.stopped = True
            for child in self.children:
                child.terminate()


def run_all(runner, matrix, jobs):
    """Do the runs that are to be done; return the lines about those that failed."""
    todo = [run for run in matrix.runs if not runner.is_done(run)]
    failed = []
    progress = tqdm(
        total=len(matrix.runs),
        initial=len(matrix.runs) - len(todo),
        desc=matrix.name,
        unit="run",
        mininterval=0.5 if sys.stderr.isatty() else 20,
    )
    with progress, concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        try:
            for future in concurrent.futures.as_completed([pool.submit(runner.run, r) for r in todo]):
                error = future.result()
                if error:
                    failed.append(error)
                    progress.write(error, file=sys.stderr)
                progress.update()
        except KeyboardInterrupt:
            runner.stop()
            pool.shutdown(cancel_futures=True)
            raise
    return failed


def main():
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("matrix", type=pathlib.Path, nargs="+", help="TOML file, as in matrices/")
    parser.add_argument(
        "--results", type=pathlib.Path, default=ROOT / "results", help="folder to write to [results]"
    )
    parser.add_argument(
        "--program",
        type=pathlib.Path,
        default=ROOT / "build" / "bin" / "global-failover",
        help="what to run [build/bin/global-failover]",
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="runs at a time [all cores]")
    parser.add_argument("--runs", type=int, help="repetitions, in place of what the matrix says")
    arguments = parser.parse_args()
    begin = time.monotonic()
    status = 0
    try:
        if not arguments.program.is_file():
            raise BadInput(f"{arguments.program}:1: no such program, expected one that was built")
        for path in arguments.matrix:
            matrix = Matrix(path, arguments.runs)
            results = arguments.results.resolve() / matrix.name
            runner = Runner(arguments.program.resolve(), results)
            failed = run_all(runner, matrix, arguments.jobs)
            if failed:
                status = 1
                print(f"{matrix.name}: {len(failed)} of {len(matrix.runs)} runs failed", file=sys.stderr)
                continue
            matrix.read_runs(results).drop(columns="folder").to_csv(results / "runs.csv", index=False)
            print(f"{matrix.name}: {len(matrix.runs)} runs are in {results}, a row each in runs.csv")
    except BadInput as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ninterrupted; the same command goes on from here", file=sys.stderr)
        return 130
    print(f"took {time.monotonic() - begin:.0f} s")
    return status


if __name__ == "__main__":
    sys.exit(main())
