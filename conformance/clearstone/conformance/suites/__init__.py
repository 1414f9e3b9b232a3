"""The suites: which cases there are. What is expected of each is what the spec answers when the vectors are written."""
