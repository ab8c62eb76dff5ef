//! Every bound of the local API: its unit, why this number, and what happens at the edge.

use core::time::Duration;

use concord_protocol::limits::BODY_BYTES_MAX;

use crate::host::crew;

/// Longest submission, in bytes. Beyond it: `request-too-long`. Source: spec api-6.
///
/// Four times the longest content: JSON may write one character as an escape of six.
pub const SUBMISSION_BYTES_MAX: usize = 4 * BODY_BYTES_MAX;

/// Longest header value under `Idempotency-Key`, in characters. Beyond it: `bad-idempotency-key`. Source: spec api-9.
pub const IDEMPOTENCY_KEY_MAX: usize = 128;

/// Time for the head of a request to arrive, also on a connection that was used before, and then for its body.
/// Beyond it: the connection ends, or `request-too-slow`. Source: spec api-24.
pub const REQUEST_TIME_MAX: Duration = Duration::from_secs(30);

/// Time for which a caller may take nothing of its answer. Beyond it: the connection is cut. Source: spec api-24.
pub const ANSWER_WAIT_MAX: Duration = Duration::from_secs(30);

/// Bytes of a refused request that are read on and thrown away. Beyond it: the connection is cut. Source: spec api-22.
///
/// Four of the longest requests: whoever sends so much more than may be sent does not wait for an answer.
pub const DRAIN_BYTES_MAX: usize = 4 * SUBMISSION_BYTES_MAX;

/// Time for which a refused request is read on. Beyond it: the connection is cut. Source: spec api-22.
///
/// A caller on the same machine sends all of it in less.
pub const DRAIN_TIME_MAX: Duration = Duration::from_secs(2);

/// Connections that are served at once. Beyond it: a new one takes the place of the one that is silent for longest, and
/// waits where none is. Source: spec api-25.
pub const CONNECTIONS_MAX: usize = 256;

/// Bundles that are exported at once, each of which holds a thread. Beyond it: `busy`.
pub const EXPORTS_MAX: usize = crew::EXPORTS.get();

/// Pieces of a bundle that wait for a slow reader. Beyond it: the export waits.
pub const EXPORT_PIECES_MAX: usize = 4;

/// Length of one piece of a bundle, in bytes.
pub const EXPORT_PIECE_BYTES: usize = 64 * 1024;

/// Files that callers hand in or take out at once. Beyond it: `busy`.
pub const TRANSFERS_MAX: usize = 8;

/// Length of one piece of such a file, in bytes; each arrives within [`REQUEST_TIME_MAX`], or the file is not taken.
/// Source: spec fil-50.
pub const FILE_PIECE_BYTES: usize = 64 * 1024;

/// Items in one page where the caller does not say how many.
pub const PAGE_ITEMS: usize = 50;

/// Most items in one page. Beyond it: `bad-parameter`. Source: spec api-10.
pub const PAGE_ITEMS_MAX: usize = 200;

/// When to ask again after `busy`.
pub const BUSY_RETRY: Duration = Duration::from_secs(1);

/// When to ask again after `stopping`: a supervisor has started the node again by then.
pub const STOPPING_RETRY: Duration = Duration::from_secs(5);
