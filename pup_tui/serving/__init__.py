"""HTTP for those who listen: the bytes of requests and answers, and the bounds of both."""
