"""Questions that are vectors with something altered: what nobody wrote down, next to what somebody did.

Vectors stand where rules decide: at thresholds, at roundings, in states that random programs seldom come to. A small
change of one, at random, asks about the neighbourhood of such a place. The spec answers it anew, so nothing of a
vector's answer is relied on.

- `alteration`: one change of a question, as data; `places`: what a question is made of; `making`: changes at random;
- `mending`: what follows from a change made to follow: signatures, ids and roots;
- `stock`: the vectors, in turns; `kinds`: how reports name such questions; `hunt`: asking, and leaving changes out.
"""
