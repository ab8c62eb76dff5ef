"""A second verifier of Concord's evidence, written from `spec/` alone.

It exists to disagree: whatever the specification leaves open shows as a difference between this package and the
program in `protocol/`, which was written by others. So it shares no code and no idea with it, reads only chapters,
grammar and vectors, and prefers being read to being fast. Python 3.11, the standard library, `cbor2`, `cryptography`.

    python3 -m verifier bundle FILE --genesis DIGEST --json
    python3 -m verifier reconcile A B …
    python3 -m verifier proof FILE --policy FILE
    python3 -m verifier vectors DIR

| file | chapter |
|---|---|
| `cbor` `grammar` | 3.1, the encoding law, and CDDL rules as values |
| `shapes` | the structures of `spec/cddl` |
| `keys` `lattice` `cose` | 2.2, 3.3: Ed25519, ML-DSA-65 (FIPS 204), COSE_Sign1 and COSE_Sign |
| `identity` | 2.3 to 2.5: charter, credentials |
| `tree` `tiles` | 4.1 to 4.3: RFC 9162 |
| `note` `policy` `cose_receipt` | 4.4 to 4.9: signed notes, checkpoints, cosignatures, policies, proof files, COSE receipts |
| `message` `link` | 3.4, 5: headers, dispatches, receipts |
| `shapes.frame` | 6.2, 6.3, 16.4, 20.6: the form of every frame between nodes |
| `ustar` `bundle` `scope` `trunk` `heads` `walk` `receipts` | 11.1, 11.2 |
| `reconcile` | 11.3 |
| `evidence` | 16 |
| `tables` `fold` | 22.1 to 22.3, 22.14: the order of a procedure's messages, and what becomes of each |
| `rows` `information` `batch` `rescue` | 22.2, 22.5, 22.12, 22.13, 22.15: procedures whole, by the rows that the chapter prints |
| `handover` `grounds` `specialty` | 22.4, 22.15, 32.1: the same of the handover |
| `control` | 22.7: who may say what of whose message |
| `answers` | 22.6: who receipts exhibits, and who answers whether data are kept |
| `vectors` | the cases under `spec/vectors` |
"""
