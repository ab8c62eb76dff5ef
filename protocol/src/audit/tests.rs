//! Bundles of small federations, honest and forged.

mod bodies;
mod bundle;
mod cose_receipt;
mod ends;
mod forge;
mod lies;
mod reconcile;
mod scope;
mod ustar;
mod verify;
