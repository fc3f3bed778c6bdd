"""Runs the same cells in several Jupyter kernels, each in a new kernel, and says what they did, as Markdown.

    python bench/kernels.py "<label>=<name of an installed kernel>" ...

Needs jupyter_client, and the kernels: `typescript-notebooks kernel install`, `deno jupyter --install`, `tslab install`.
"""

import queue
import sys
import time
from pathlib import Path
from tempfile import mkdtemp

from jupyter_client.manager import KernelManager

SECONDS = 60


class Kernel:
    def __init__(self, name):
        self.folder = Path(mkdtemp())
        self.manager = KernelManager(kernel_name=name)
        begin = time.perf_counter()
        self.manager.start_kernel(cwd=str(self.folder))
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)
        self.ready = time.perf_counter() - begin

    def run(self, code, interrupt=False, answer=None, seconds=SECONDS):
        """What a cell shows, and its error."""
        message = self.client.execute(code, allow_stdin=answer is not None)
        shown, error, end = [], None, time.perf_counter() + seconds
        interrupted = not interrupt
        while time.perf_counter() < end:
            if answer is not None:
                try:
                    self.client.get_stdin_msg(timeout=0.05)
                    self.client.input(answer)
                except queue.Empty:
                    pass
            try:
                told = self.client.get_iopub_msg(timeout=0.2)
            except queue.Empty:
                if not self.manager.is_alive():
                    return "".join(shown), "kernel died"
                continue
            if told["parent_header"].get("msg_id") != message:
                continue
            content, kind = told["content"], told["msg_type"]
            if kind == "stream":
                shown.append(content["text"])
            elif kind in ("execute_result", "display_data"):
                shown.append(str(content["data"].get("text/plain", list(content["data"]))))
            elif kind in ("update_display_data", "clear_output"):
                shown.append(kind)
            elif kind == "error":
                error = f"{content['ename']}: {content['evalue']}"
            elif kind == "status" and content["execution_state"] == "idle":
                return "".join(shown), error
            if not interrupted and "in" in "".join(shown):
                interrupted = True
                self.began = time.perf_counter()
                self.manager.interrupt_kernel()
        return "".join(shown), "no end"

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def shows(k, code, text, **options):
    shown, error = k.run(code, **options)
    return text in shown


def type_error(k):
    shown, error = k.run("console.log('ran'); const n: number = 'a';")
    return "ran" not in shown and "not assignable" in f"{shown}{error}"


def failed_cell(k):
    k.run("const half = 1; throw new Error('late')")
    return shows(k, "console.log('half', half)", "half 1")


def error_message(k):
    return "x" in (k.run("\n\nthrow new Error('x')")[1] or "")


def module(specifier):
    def row(k):
        (k.folder / "lib.ts").write_text("export const v: number = 1;")
        return shows(k, f"import {{ v }} from '{specifier}'; console.log('v', v)", "v 1")

    return row


def edit(k):
    (k.folder / "lib.ts").write_text("export const v = 'first';")
    k.run("import { v } from './lib.ts'; console.log(v)")
    (k.folder / "lib.ts").write_text("export const v = 'edited';")
    return shows(k, "import { v as w } from './lib.ts'; console.log(w)", "edited")


def module_await(k):
    (k.folder / "tla.mjs").write_text("export const t = await Promise.resolve('tla');")
    return shows(k, "console.log((await import('./tla.mjs')).t)", "tla")


def mistyped_import(k):
    k.run("import { x } from './nothere'")
    (k.folder / "other.ts").write_text("")
    time.sleep(1)
    return shows(k, "console.log('sum', 1 + 1)", "sum 2")


def language(k):
    code = "{ using d = { [Symbol.dispose]() { console.log('ok', [2, 1].toSorted()[0]) } } }"
    return shows(k, code, "ok 1")


def asks(k):
    return shows(k, "console.log('hi ' + prompt('name?'))", "hi Ada", answer="Ada", seconds=15)


def late_error(k):
    k.run("setTimeout(() => { throw new Error('late') }, 50)")
    time.sleep(0.5)
    shown, error = k.run("console.log('next')", seconds=10)
    return "next" in shown and error is None


def interrupt(k):
    k.run("const kept = 5")
    k.run("console.log('in'); while (true) {}", interrupt=True, seconds=10)
    took = time.perf_counter() - k.began
    if not k.manager.is_alive():
        return "ends the kernel"
    if not shows(k, "console.log('kept', kept)", "kept 5", seconds=5):
        return False
    return f"{took:.1f} s"


ROWS = {
    "type errors are told before the cell runs": type_error,
    "a failed cell keeps what it declared": failed_cell,
    "errors are Jupyter's error messages": error_message,
    "local modules: ./lib": module("./lib"),
    "local modules: ./lib.ts": module("./lib.ts"),
    "an edited module is loaded again": edit,
    "top-level await in a module": module_await,
    "goes on after a mistyped import": mistyped_import,
    "using and toSorted": language,
    "prompt": asks,
    "a late error does not fail the next cell": late_error,
    "one interrupt ends while (true) {}, variables stay": interrupt,
}

names = dict(arg.split("=") for arg in sys.argv[1:])
print("| | " + " | ".join(names) + " |")
print("|---|" + "---|" * len(names))
ready = {label: [] for label in names}
for what, row in ROWS.items():
    cells = []
    for label, name in names.items():
        kernel = Kernel(name)
        ready[label].append(kernel.ready)
        outcome = row(kernel)
        cells.append({True: "yes", False: "no"}.get(outcome, outcome))
        kernel.close()
    print(f"| {what} | {' | '.join(cells)} |", flush=True)
medians = [f"{sorted(times)[len(times) // 2]:.1f} s" for times in ready.values()]
print(f"| ready, median of {len(ROWS)} | {' | '.join(medians)} |")
