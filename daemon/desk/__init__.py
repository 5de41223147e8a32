"""What operators see and decide: the control server's ``Operations`` over the store and the running engines."""
