import sys
from pathlib import Path

from aepipe.provenance import verify

report, stale = verify.report(snakemake.params.today, snakemake.params.made)
log = Path(snakemake.log[0])
log.write_text(report, encoding="utf-8", errors="backslashreplace")
stale_list = "".join(f"{path}\n" for path in stale)
log.with_name("stale.txt").write_text(stale_list, encoding="utf-8", errors="backslashreplace")
sys.stdout.reconfigure(errors="backslashreplace")
print(report, end="")
sys.exit(bool(stale) or not snakemake.params.today)
