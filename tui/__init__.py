"""reconcile: the terminal UI and command line that attach to the daemon's control socket."""
