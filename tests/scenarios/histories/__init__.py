"""Random histories of a clinic: people at work in both systems, the daemon between them, an operator who decides."""
