"""What somebody just did: histories of shells and recordings of terminals."""
