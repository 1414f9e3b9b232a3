"""What must hold, whatever happens: the registry of invariants, each a sentence and a predicate that can fail."""
