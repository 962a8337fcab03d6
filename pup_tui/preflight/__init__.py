"""What is looked at before a run begins, so that it does not end in the middle for what was known before."""
