"""Who pays: accounts, on a cluster that keeps books, as most do."""

from pathlib import Path

import pytest

from slurm.cluster import ACCOUNT, Cluster, said, wait_until
from slurm.runs import RUN, TARGETS, submit

pytestmark = pytest.mark.slurm


def test_an_unknown_account_is_named_with_those_there_are(accounting_cluster: Cluster, project: Path) -> None:
    profile = project / "profiles/slurm/config.yaml"
    profile.write_text(profile.read_text().replace('slurm_account: ""', "slurm_account: nobody"))
    printed = submit(project, f"{RUN}/weights.safetensors", "--retries", "0", succeeds=False)
    assert "The given account nobody appears to be invalid. Available accounts:" in printed
    assert ACCOUNT in printed
    assert not (project / RUN / "weights.safetensors").exists()

    profile.write_text(profile.read_text().replace("slurm_account: nobody", f"slurm_account: {ACCOUNT}"))
    submit(project, *TARGETS)
    accounts = lambda: set(said("sacct", "-anX", "-o", "account").split())  # noqa: E731
    wait_until(lambda: accounts() == {ACCOUNT}, "all jobs are on the account's books")
    (report,) = (project / "results/logs").glob("efficiency_report_*.csv")
    assert "CPU Efficiency" in report.read_text().splitlines()[0]
