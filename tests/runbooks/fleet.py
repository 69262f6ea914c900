"""Several booted machines on one bridge, in a network that leads nowhere; and pages whose commands are typed on them."""

import os
import selectors
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from console import END, assert_is_as_printed, steps_by_machines
from machine import ENVIRONMENT, Machine, booted, checked, copy_of, fresh

# As docs/runbooks/many-machines.md has them.
ADDRESSES = {"admin": "10.0.0.9", "front": "10.0.0.10", "node1": "10.0.0.1", "node2": "10.0.0.2", "node3": "10.0.0.3",
             "spare": "10.0.0.4"}
PATIENCE = 150  # seconds for a command


@contextmanager
def network(machines: dict[str, Machine]):
    """Plugs each into one switch."""
    switch = f"stoa-switch-{os.getpid()}"
    checked("ip", "netns", "add", switch)
    try:
        checked("ip", "-n", switch, "link", "add", "switch", "type", "bridge")
        checked("ip", "-n", switch, "link", "set", "switch", "up")
        for name, machine in machines.items():
            checked("ip", "-n", switch, "link", "add", name, "type", "veth",
                    "peer", "name", "eth0", "netns", str(machine.leader))
            checked("ip", "-n", switch, "link", "set", name, "master", "switch", "up")
            machine.run("ip", "addr", "add", f"{ADDRESSES[name]}/24", "dev", "eth0")
            machine.run("ip", "link", "set", "eth0", "up")
        yield
    finally:
        checked("ip", "netns", "del", switch)


def prepare_ssh(machine: Machine):
    """As an operator has it: every machine lets in who has the key. All have the same one here."""
    machine.apt("install", "--no-install-recommends", "openssh-server")
    home = machine.file("/root/.ssh")
    home.mkdir(mode=0o700, exist_ok=True)
    machine.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/root/.ssh/id_ed25519")
    shutil.copy(home / "id_ed25519.pub", home / "authorized_keys")
    (home / "config").write_text("StrictHostKeyChecking accept-new\nLogLevel ERROR\n")


@contextmanager
def fleet(package: Path):
    """A machine for each address, none of which has ever seen Stoa."""
    with ExitStack() as undo:
        first = undo.enter_context(fresh(package))
        prepare_ssh(first)
        machines = {"admin": first}
        for name in ADDRESSES.keys() - machines:
            machines[name] = undo.enter_context(copy_of(first))
        for name, machine in machines.items():
            machine.file("/etc/hostname").write_text(f"{name}\n")
        with ThreadPoolExecutor() as pool:
            boots = [pool.submit(undo.enter_context, booted(machine, gently=False)) for machine in machines.values()]
            for boot in boots:
                boot.result()
        undo.enter_context(network(machines))
        yield machines


class Shell:
    """Root's, on one machine: what one command exports the next one has."""

    def __init__(self, machine: Machine):
        self.script = machine.file("/root/.step")
        self.process = subprocess.Popen([*machine.enter, "env", "-C", "/root", "bash"], env=ENVIRONMENT,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        bufsize=0)

    def run(self, command: str) -> str:
        """What it prints, until its end, or that of the machine."""
        self.script.write_text(command + "\n")
        self.process.stdin.write(f". /root/.step </dev/null\necho; echo '{END}'\n".encode())
        came, deadline = b"", time.monotonic() + PATIENCE
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while not came.endswith(f"{END}\n".encode()):
                assert selector.select(deadline - time.monotonic()), f"{command}\nhas not ended: {came.decode()}"
                if not (more := os.read(self.process.stdout.fileno(), 65536)):
                    break
                came += more
        return came.decode().removesuffix(f"{END}\n")

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            # What it leaves behind has nobody in the machine to wait for its end, which holds that of the machine up.
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def assert_works_on_machines(page: Path, machines: dict[str, Machine]) -> int:
    """Gives how many commands there were."""
    tour = [step for step in steps_by_machines(page) if step[0]]
    with ThreadPoolExecutor() as pool, ExitStack() as undo:
        shells = {}
        for name in {name for names, _, _ in tour for name in names}:
            shells[name] = Shell(machines[name])
            undo.callback(shells[name].close)
        for names, command, output in tour:
            for name, came in zip(names, pool.map(lambda name: shells[name].run(command), names), strict=True):
                assert_is_as_printed(f"on {name}: {command}", output, came)
    return len(tour)
