"""What everything is as bytes: canonical CBOR, records, the state's Merkle trie, signatures (ENC-1 to ENC-3).

Read `cbor` for values, `records` for the protocol's own types (`shapes` says which type hints they may use, `plain` and
`state_json` how they are read from and written as other things than bytes), `trie` for the state root and its proofs,
`signatures` for what is accepted as signed (`edwards25519` is the group behind it). Ids are SHA-256 of canonical bytes.
"""
