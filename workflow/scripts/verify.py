import sys
from pathlib import Path

from aepipe.provenance import verify

report, stale = verify.report(snakemake.params.today)
Path(snakemake.log[0]).write_text(report, encoding="utf-8")
Path("results/stale.txt").write_text("".join(f"{path}\n" for path in stale), encoding="utf-8")
print(report, end="")
sys.exit(bool(stale))
