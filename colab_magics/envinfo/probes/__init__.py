"""One reader for each kind of fact: a probe never raises, what it cannot tell is `Missing` with the reason."""
