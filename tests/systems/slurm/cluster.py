"""A real SLURM on one machine: a controller and three nodes, one of them with two stand-in GPUs.

Everything listens on loopback alone, lies in a folder of its own, and is ended by the ids of its processes.
SLURM's programs and Snakemake's plugin look for the configuration in /etc/slurm and nowhere else, so that it is put
there, unless another cluster's lies there already, and taken away at the end.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
from support import debian
from support.workflow_runs import PATIENCE

ETC = Path("/etc/slurm")
OURS = "# Made by the tests of aepipe, which also remove it."
PACKAGES = {
    "munged": "munge",
    "slurmctld": "slurmctld",
    "slurmd": "slurmd",
    "sbatch": "slurm-client",
    "slurmdbd": "slurmdbd",
    "mariadbd": "mariadb-server",
}
NODES = ("cpu1", "cpu2", "gpu1")
ACCOUNT = "bakers"

SLURM_CONF = """\
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=26817
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmUser=root
SlurmdUser=root
MailProg=/bin/true
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1,sched_min_interval=0
ReturnToService=2
MinJobAge=86400
KillWait=2
SlurmdTimeout=10
SlurmdParameters=config_overrides
PropagateResourceLimits=NONE
GresTypes=gpu
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.%n.pid
NodeName=DEFAULT CPUs=4 Boards=1 SocketsPerBoard=1 CoresPerSocket=4 ThreadsPerCore=1 RealMemory=8000 State=UNKNOWN
NodeName=cpu1 NodeHostname=localhost NodeAddr=127.0.0.1 Port=26821
NodeName=cpu2 NodeHostname=localhost NodeAddr=127.0.0.1 Port=26822
NodeName=gpu1 NodeHostname=localhost NodeAddr=127.0.0.1 Port=26823 Gres=gpu:h100:2
PartitionName=main Nodes=cpu[1-2] Default=YES MaxTime=120 DefaultTime=10 DefMemPerCPU=500 State=UP
PartitionName=gpu Nodes=gpu1 MaxTime=120 DefaultTime=10 DefMemPerCPU=500 State=UP
"""
WITHOUT_ACCOUNTING = """\
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
"""
WITH_ACCOUNTING = """\
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=26819
AccountingStorageEnforce=associations
AccountingStoreFlags=job_comment
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
"""
GRES_CONF = """\
AutoDetect=off
NodeName=gpu1 Name=gpu Type=h100 File={folder}/dev/nvidia[0-1]
"""
SLURMDBD_CONF = """\
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort=26819
CommunicationParameters=NoInAddrAny
SlurmUser=root
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=root
PidFile={folder}/slurmdbd.pid
"""


def missing() -> str:
    """Why no cluster can be made here; empty where one can. Installs Debian's packages where that is all it takes."""
    if os.getuid() != 0:
        return "SLURM's daemons need root"
    if (ETC / "slurm.conf").exists() and OURS not in (ETC / "slurm.conf").read_text():
        return f"{ETC} holds another cluster's configuration, which is left alone"
    return debian.missing(PACKAGES)


def wait_until(true: Callable[[], bool], what: str) -> None:
    """Asks ten times a second; an error that says what hasn't happened where it seems to hang."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"in {PATIENCE} seconds, it has not happened that {what}")
        time.sleep(0.1)


def said(*command: str) -> str:
    """What a command prints; an error with its message where it fails."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout.strip()


class Cluster:
    """The cluster: started as it is made, and gone after `stop`.

    Args:
        folder: for state, logs and devices; absolute.
        accounting: whether there is a database, as on most clusters: accounts are then checked (ACCOUNT is root's own),
            and `sacct` tells of jobs that are over.
    """

    def __init__(self, folder: Path, *, accounting: bool = False) -> None:
        self.folder = folder
        self.accounting = accounting
        self.running: dict[str, subprocess.Popen] = {}
        try:
            self._configure()
            self._start()
        except BaseException:
            self.stop()
            raise

    def _configure(self) -> None:
        for name in ("state", "log", "dev", *(f"spool/{node}" for node in NODES)):
            (self.folder / name).mkdir(parents=True)
        for gpu in (0, 1):  # files of GPUs must be devices
            said("mknod", f"{self.folder}/dev/nvidia{gpu}", "c", "1", "3")
        ETC.mkdir(exist_ok=True)
        accounting = WITH_ACCOUNTING if self.accounting else WITHOUT_ACCOUNTING
        files = {"slurm.conf": SLURM_CONF + accounting, "gres.conf": GRES_CONF}
        if self.accounting:
            files["slurmdbd.conf"] = SLURMDBD_CONF
        for name, text in files.items():
            path = ETC / name
            path.write_text(f"{OURS}\n{text.replace('{folder}', str(self.folder))}")
            path.chmod(0o600 if name == "slurmdbd.conf" else 0o644)

    def _start(self) -> None:
        Path("/run/munge").mkdir(exist_ok=True)
        shutil.chown("/run/munge", "munge", "munge")
        as_munge = ["setpriv", "--reuid=munge", "--regid=munge", "--clear-groups"]
        self._run("munged", *as_munge, "munged", "--foreground", "--force")
        wait_until(lambda: subprocess.run(["munge", "-n"], capture_output=True).returncode == 0, "munge answers")
        if self.accounting:
            self._start_database()
        self.start_controller("-c")
        for node in NODES:
            self.start_node(node)
        self.wait_for_nodes()

    def _start_database(self) -> None:
        data = self.folder / "database"
        said("mariadb-install-db", f"--datadir={data}", "--user=root", "--skip-test-db")
        socket = Path("/run/mysqld/mysqld.sock")  # where slurmdbd looks
        socket.parent.mkdir(exist_ok=True)
        self._run("mariadbd", "mariadbd", f"--datadir={data}", "--user=root", "--skip-networking", f"--socket={socket}")
        wait_until(socket.exists, "the database answers")
        self._run("slurmdbd", "slurmdbd", "-D")
        wait_until(
            lambda: not subprocess.run(["sacctmgr", "-n", "list", "cluster"], capture_output=True).returncode,
            "slurmdbd answers",
        )
        said("sacctmgr", "-i", "add", "cluster", "test")
        said("sacctmgr", "-i", "add", "account", ACCOUNT, "Description=tests", "Organization=tests")
        said("sacctmgr", "-i", "add", "user", "root", f"Account={ACCOUNT}")
        said("sacctmgr", "-i", "modify", "user", "root", "set", f"DefaultAccount={ACCOUNT}")

    def _run(self, name: str, *command: str) -> None:
        with (self.folder / "log" / f"{name}.log").open("a") as log:
            self.running[name] = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def start_controller(self, *options: str) -> None:
        """Starts the controller, with its saved state unless the options have `-c`."""
        self._run("slurmctld", "slurmctld", "-D", *options)
        wait_until(
            lambda: not subprocess.run(["scontrol", "ping"], capture_output=True).returncode, "slurmctld answers"
        )
        if self.running["slurmctld"].poll() is not None:
            raise RuntimeError("another cluster's controller answers here: there can be one at a time")

    def start_node(self, node: str) -> None:
        """Starts a node's daemon."""
        self._run(node, "slurmd", "-D", "-N", node)

    def wait_for_nodes(self) -> None:
        """Until all nodes are ready."""
        ready = lambda: all(state in ("idle", "mixed", "allocated") for state in said("sinfo", "-hNo", "%T").split())  # noqa: E731
        wait_until(ready, "all nodes are ready")

    def kill(self, node: str) -> None:
        """SIGKILL for the daemon of a node."""
        self._end(node, signal.SIGKILL)

    def restart_controller(self) -> None:
        """Ends the controller in an orderly way, in which it saves its state, and starts it again."""
        self._end("slurmctld", signal.SIGTERM)
        self.start_controller()

    def _end(self, name: str, how: signal.Signals) -> None:
        process = self.running.pop(name)
        process.send_signal(how)
        process.wait(timeout=PATIENCE)

    def lose(self, node: str) -> None:
        """SIGKILL for a node's daemon and all that runs on it, as when its power fails."""
        jobs = said("squeue", "-h", "-w", node, "-o", "%i").split()
        self.kill(node)
        for step in psutil.process_iter(["name", "cmdline"]):
            if step.info["name"] == "slurmstepd" and any(f"[{job}." in " ".join(step.info["cmdline"]) for job in jobs):
                for process in [step, *step.children(recursive=True)]:
                    with suppress(psutil.NoSuchProcess):
                        process.kill()

    def jobs(self, *states: str) -> list[str]:
        """The ids of the jobs in these states, in the order of their submission; of all jobs, without states."""
        known = [line.split() for line in said("squeue", "-ah", "-t", "all", "-S", "i", "-o", "%i %T").splitlines()]
        return [job for job, state in known if not states or state in states]

    def states(self) -> list[str]:
        """The state of each job, in the order of their submission."""
        return said("squeue", "-ah", "-t", "all", "-S", "i", "-o", "%T").split()

    def stop(self) -> None:
        """Ends jobs and daemons, and takes the configuration away."""
        if "slurmctld" in self.running:
            subprocess.run(["scancel", "--full", "-u", "root"], capture_output=True, timeout=PATIENCE)
        for process in reversed(self.running.values()):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running.clear()
        for name in ("slurm.conf", "gres.conf", "slurmdbd.conf"):
            path = ETC / name
            if path.exists() and OURS in path.read_text():
                path.unlink()
