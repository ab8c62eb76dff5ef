//! What is done: the node around the pure protocol.
//!
//! Modules lowest shelf first; each names lower shelves only, and `protocol` everywhere.
//!
//! | shelf | modules | guest in its room |
//! |---|---|---|
//! | 0 | [`files`] [`report`] [`telemetry`] | tracing-subscriber |
//! | 1 | [`settings`] [`clock`] [`entropy`] [`keystore`] [`provider`] [`workers`] | toml, the system clock, getrandom, aws-lc-rs |
//! | 2 | [`store`] [`transport`], never each other | sled; quinn, rustls |
//! | 3 | [`host`] | tokio |
//! | 4 | [`api`] | axum, utoipa |
//! | 5 | [`web`] [`metrics`], never each other | askama; prometheus-client; axum too |
//! | 6 | [`cli`] | clap |

pub mod files;
pub mod report;
pub mod telemetry;

pub mod clock;
pub mod entropy;
pub mod keystore;
pub mod provider;
pub mod settings;
pub mod workers;

pub mod store;
pub mod transport;

pub mod host;

pub mod api;

pub mod metrics;
pub mod web;

pub mod cli;
