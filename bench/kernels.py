"""Runs the same cells in this kernel, Deno's and tslab's through Jupyter's own client, and prints what they did and how
fast they were, as Markdown. Kernels take turns; every row of features is in a new kernel.

    npm run bench:kernel [-- speed | features]

Needs a Python 3 with jupyter_client (SBD_PYTHON, else python3). Deno runs where it is found: `deno` in the PATH, or what
DENO names, such as the binary of npm's package `deno`.
"""

import json
import os
import queue
import shutil
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import mkdtemp

from jupyter_client.manager import KernelManager

ROOT = Path(__file__).resolve().parent.parent
NODE = shutil.which("node")
DENO = os.environ.get("DENO") or shutil.which("deno")
KERNELS = {
    "this kernel": [NODE, "--enable-source-maps", str(ROOT / "kernels/dist/jupyter.js"), "{connection_file}"],
    "Deno": DENO and [DENO, "jupyter", "--kernel", "--conn", "{connection_file}"],
    "tslab": [NODE, str(ROOT / "node_modules/tslab/bin/tslab"), "kernel", "--config-path", "{connection_file}"],
}
ROUNDS = 3
SECONDS = 60


def install():
    """Writes the specifications of the kernels where jupyter_client finds them; gives the labels of those there are."""
    data = Path(mkdtemp())
    for label, argv in KERNELS.items():
        if not argv:
            print(f"{label} is not there.", file=sys.stderr)
            continue
        folder = data / "kernels" / name_of(label)
        folder.mkdir(parents=True)
        mode = "message" if label == "this kernel" else "signal"  # As each one installs itself.
        spec = {"argv": argv, "display_name": label, "language": "typescript", "interrupt_mode": mode}
        (folder / "kernel.json").write_text(json.dumps(spec))
    os.environ["JUPYTER_PATH"] = str(data)
    return [label for label, argv in KERNELS.items() if argv]


def name_of(label):
    return label.lower().replace(" ", "-")


class Kernel:
    def __init__(self, label):
        self.folder = Path(mkdtemp())
        self.manager = KernelManager(kernel_name=name_of(label))
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


def interrupts(code):
    def row(k):
        k.run("import { execSync } from 'node:child_process'; const kept = 5")
        k.run(f"console.log('in'); {code}", interrupt=True, seconds=10)
        took = time.perf_counter() - k.began
        if not k.manager.is_alive():
            return "ends the kernel"
        if not shows(k, "console.log('kept', kept)", "kept 5", seconds=5):
            return False
        return f"{took:.1f} s"

    return row


def declared_again(k):
    k.run("const again = 1")
    return shows(k, "const again = 'x'; console.log('again', again)", "again x")


def json_import(k):
    (k.folder / "data.json").write_text('{"n": 5}')
    return shows(k, "import data from './data.json' with { type: 'json' }; console.log('n', data.n)", "n 5")


def own_display(k):
    code = "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/plain': 'shown so' }) })"
    return shows(k, code, "shown so")


def unreadable(k):
    shown, error = k.run("new Proxy({}, { get() { throw new Error('no') } })")
    return error is None and "Error" not in shown


def replaced(k):
    calls = {
        "deno": "await Deno.jupyter.broadcast('display_data', {0}); await Deno.jupyter.broadcast('update_display_data', {0});",
        "tslab": "const shown = require('tslab').newDisplay(); shown.text('1'); shown.text('2');",
    }
    content = "{ data: { 'text/plain': '1' }, metadata: {}, transient: { display_id: 'a' } }"
    own = "display({ 'text/plain': '1' }, { display_id: 'a' }); display({ 'text/plain': '2' }, { display_id: 'a', update: true });"
    code = calls.get(k.manager.kernel_name, own).replace("{0}", content)
    return shows(k, code, "update_display_data")


def asked(k, message):
    """The content of the reply to a request, and the kinds of what is published for it."""
    kinds, end = [], time.perf_counter() + 10
    while time.perf_counter() < end:
        try:
            told = k.client.get_iopub_msg(timeout=0.2)
        except queue.Empty:
            continue
        if told["parent_header"].get("msg_id") != message:
            continue
        kinds.append(told["msg_type"])
        if told["content"].get("execution_state") == "idle":
            break
    try:
        reply = k.client.get_shell_msg(timeout=1)
        while reply["parent_header"].get("msg_id") != message:
            reply = k.client.get_shell_msg(timeout=1)
    except queue.Empty:
        return {}, kinds
    return reply["content"], kinds


def completes(k):
    k.run("const measured = [1, 2]")
    return any("findLast" in match for match in asked(k, k.client.complete("measured.fin"))[0].get("matches", []))


def inspects(k):
    k.run("function twice(x: number): number { return 2 * x }")
    return "number" in str(asked(k, k.client.inspect("twice"))[0].get("data"))


def incomplete(k):
    return asked(k, k.client.is_complete("for (;;) {"))[0].get("status") == "incomplete"


def history(k):
    k.run("'remembered'")
    return "remembered" in str(asked(k, k.client.history(hist_access_type="tail", n=1))[0])


def comm(k):
    message = k.client.session.msg("comm_open", {"comm_id": "c", "target_name": "jupyter.widget", "data": {}})
    k.client.shell_channel.send(message)
    return "comm_close" in asked(k, message["header"]["msg_id"])[1]


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
    "one interrupt ends while (true) {}, variables stay": interrupts("while (true) {}"),
    "one interrupt ends execSync('sleep 60'), variables stay": interrupts("execSync('sleep 60')"),
    "a name may be declared again": declared_again,
    "JSON is imported with attributes": json_import,
    "Symbol.for('Jupyter.display')": own_display,
    "a value that throws where it is read": unreadable,
    "an output is replaced by its name": replaced,
    "members are completed": completes,
    "types are inspected": inspects,
    "incomplete code is known": incomplete,
    "history of the session": history,
    "unknown comms are closed": comm,
}

def seconds(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def hundred_cells(k):
    for i in range(100):
        k.run(f"const value{i} = {i}; value{i}")


def completion(k):
    k.run("const measured = [1, 2]")
    code = "measured.fin"

    def ask():
        message = k.client.complete(code, len(code))
        while k.client.get_shell_msg(timeout=SECONDS)["parent_header"].get("msg_id") != message:
            pass

    ask()
    return median(seconds(ask) for _ in range(20))


def lines(k):
    k.run("for (let i = 0; i < 100000; i++) console.log('line ' + i)")


def memory(k):
    """MB that the kernel's processes hold, pages that they share counted in parts."""
    children = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    pids = [k.manager.provisioner.pid]
    for pid in pids:
        pids.extend(children.get(pid, []))
    sizes = [Path(f"/proc/{pid}/smaps_rollup").read_text().split("Pss:")[1].split()[0] for pid in pids]
    return sum(map(int, sizes)) / 1024


def measure(label):
    k = Kernel(label)
    found = {"ready, s": k.ready, "first cell, s": seconds(lambda: k.run("1"))}
    time.sleep(2)
    found["memory of the idle kernel, MB"] = memory(k)
    found["100 cells, s"] = seconds(lambda: hundred_cells(k))
    found["completion, s"] = completion(k)
    found["100,000 lines, s"] = seconds(lambda: lines(k))
    k.close()
    return found


def speed(labels):
    rounds = {label: [] for label in labels}
    for _ in range(ROUNDS):
        for label in labels:
            rounds[label].append(measure(label))
    heads(labels)
    for what in rounds[labels[0]][0]:
        medians = [median(found[what] for found in rounds[label]) for label in labels]
        digits = 0 if what.endswith("MB") else 2
        print(f"| {what} | {' | '.join(f'{value:.{digits}f}' for value in medians)} |")


def features(labels):
    heads(labels)
    for what, row in ROWS.items():
        cells = []
        for label in labels:
            kernel = Kernel(label)
            outcome = row(kernel)
            cells.append({True: "yes", False: "no"}.get(outcome, outcome))
            kernel.close()
        print(f"| {what} | {' | '.join(cells)} |", flush=True)


def heads(labels):
    print("\n| | " + " | ".join(labels) + " |\n|---|" + "---|" * len(labels))


wanted = sys.argv[1:] or ["speed", "features"]
labels = install()
for part in wanted:
    {"speed": speed, "features": features}[part](labels)
