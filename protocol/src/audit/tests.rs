//! Bundles of small federations, honest and forged.

mod bundle;
mod forge;
mod lies;
mod reconcile;
mod ustar;
mod verify;
