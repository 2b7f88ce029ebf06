//! Hosts that do unusual things: calls go on, and nothing of the host's is touched.

mod descriptors;
