//! How fast one member may speak to this node.

/// What the operator set. Source: spec wire-22.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaceLimit {
    /// Frames in a second.
    pub frames_per_second: u32,
    /// Bytes of frames in a second.
    pub bytes_per_second: u64,
}
