"""What this machine does from second to second: sampled, kept, and recorded for the day the kernel dies."""
