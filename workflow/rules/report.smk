rule gather_metrics:
    input:
        of_cells("metrics/training.csv", "representation", "anomaly"),
        of_cells("metrics/reconstruction.csv", "representation", "anomaly"),
        of_cells("metrics/classification.csv", "representation"),
        of_cells("metrics/classification.csv", "representation", models=["untrained", "scratch"]),
        of_cells("metrics/anomaly.csv", "anomaly"),
    output:
        metrics="results/{dataset}/metrics.csv",
    log:
        LOGS + "/gather_metrics.log",
    message:
        "{wildcards.dataset}: gathering all metrics"
    script:
        "../scripts/gather_metrics.py"
