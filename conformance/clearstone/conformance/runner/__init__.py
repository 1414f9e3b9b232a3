"""The runner: asks a client every case, and ends in bounded time and memory whatever the client does.

1. `start` is sent; a client that does not introduce itself in time, or wrongly, ends the run: every case *not run*.
2. Cases are sent with a window of questions outstanding; the first one, and those after a failure, one at a time.
3. A line is the reply to the oldest outstanding question. If it names another, or is no reply at all, the case that it
   stands in for *failed*, saying so; should the true reply still come, it is dropped.
4. A client that says nothing for the time-out, ends, or writes a line that is too long is killed. With one question
   outstanding that case failed. With more, nobody knows which: they are asked again, one at a time.
5. It is started again so many times; after that, and after the time limit of the run, what is left is *not run*.
6. A client that writes line after line that nobody asked for is killed for flooding, as in 4.
7. Standard error is read all the time, and its end kept with the case that failed.

`child_process` is the pipe, `conversation` the rules above, `verdicts` what comes of a case, `differences` the fields.
"""
