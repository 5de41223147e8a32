"""What monitoring sees on ``metrics_listen``: metrics for Prometheus, liveness and readiness."""
