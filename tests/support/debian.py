"""Programs that tests need, from Debian's packages."""

import os
import shutil
import subprocess


def missing(packages: dict[str, str]) -> str:
    """Why programs are not here and can't be had; empty where they are. Installs them where that is all it takes.

    Args:
        packages: program -> Debian's package with it.
    """
    needed = [package for program, package in packages.items() if not shutil.which(program)]
    if not needed:
        return ""
    if os.getuid() != 0 or not shutil.which("apt-get"):
        return f"not installed, and no root with apt-get to do it: {', '.join(needed)}"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-yqq", "--no-install-recommends", *needed],
    ):
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        return f"apt-get could not install {', '.join(needed)}: {done.stderr.strip().splitlines()[-1:]}"
    return ""
