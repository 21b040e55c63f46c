# The points of all grids; the target <dataset>_grid. Their runs are like those of any other autoencoder.
use rule gather_metrics as gather_grid with:
    input:
        runs=plan.grid_metrics,
        reused=plan.reused_table("grid/metrics.csv"),
    output:
        metrics=shown(f"{GRID}/metrics.csv", "grid", "grid", table="all metrics"),
        record=f"{RECORDS}/gather_grid.json",
    log:
        f"{LOGS}/gather_grid.log",
    localrule: True
    params:
        *code("gather_metrics"),
        wanted=lambda wildcards: wanted([*plan.grid_runs(wildcards.dataset), *plan.grid_baselines(wildcards.dataset)]),
    message:
        "{wildcards.dataset}: gathering the metrics of all points of the grid"


rule write_grid:
    input:
        metrics=f"{GRID}/metrics.csv",
    output:
        page=shown(f"{GRID}/grid.md", "grid", "grid", table="grid"),
        points=f"{GRID}/points.csv",
        record=f"{RECORDS}/write_grid.json",
    log:
        f"{LOGS}/write_grid.log",
    localrule: True
    params:
        *code("write_grid"),
        titles=GRID_TITLES,
        points=plan.points,
        failed=failed_points,
        confidence=CONFIDENCE,
    message:
        "{wildcards.dataset}: writing the table of the grid"
    script:
        "../scripts/write_grid.py"


rule draw_grid:
    input:
        metrics=f"{GRID}/metrics.csv",
    output:
        figure=shown(f"{GRID}/{{figure}}.png", "grid", "grid", figure="{figure}", format="png"),
        record=f"{RECORDS}/draw_grid_{{figure}}.json",
    log:
        f"{LOGS}/draw_grid_{{figure}}.log",
    wildcard_constraints:
        figure=one_of(name + suffix for name in EVALUATIONS for suffix in ("", PAPER)),
    localrule: True
    resources:
        **memory_and_time(1200, 5),  # many panels at 200 dots an inch
    params:
        *code("draw_grid"),
        titles=GRID_TITLES,
        points=plan.points,
        failed=failed_points,
        confidence=CONFIDENCE,
    message:
        "{wildcards.dataset}: drawing the grid, {wildcards.figure}"
    script:
        "../scripts/draw_grid.py"


rule draw_rate_distortion:
    input:
        metrics=f"{GRID}/metrics.csv",
    output:
        figure=shown(f"{GRID}/rate_distortion.png", "grid", "grid", figure="rate distortion", format="png"),
        record=f"{RECORDS}/draw_rate_distortion.json",
    log:
        f"{LOGS}/draw_rate_distortion.log",
    localrule: True
    params:
        *code("draw_rate_distortion"),
        titles=GRID_TITLES,
        points=plan.points,
        losses=setting("losses"),
        failed=failed_points,
    message:
        "{wildcards.dataset}: drawing rate against distortion"
    script:
        "../scripts/draw_rate_distortion.py"
