//! A value of which a forked child gets a new one, without ever touching the parent's.

use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// A value that is made when it is first asked for, and made again in each child of a fork.
///
/// At the fork another thread may hold a lock in the value, or be half-way through a write; in the child nobody would
/// ever finish that. So the child never touches the parent's value: it neither uses, nor drops, nor frees it.
pub(crate) struct PerProcess<T> {
    newest: AtomicPtr<Slot<T>>,
}

struct Slot<T> {
    generation: u64,
    value: T,
    /// The parent's: never followed, it only keeps the abandoned memory reachable for leak checkers.
    _parents: *const Slot<T>,
}

impl<T: Default + Send + Sync + 'static> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        PerProcess { newest: AtomicPtr::new(ptr::null_mut()) }
    }

    /// This process's value.
    pub(crate) fn get(&self) -> &'static T {
        let generation = super::generation();
        loop {
            let newest = self.newest.load(Ordering::Acquire);
            // SAFETY: the pointer is null, or came out of `Box::into_raw` below and is never freed; the slot is not
            // changed after it was published, and `T` is `Sync`.
            if let Some(slot) = unsafe { newest.as_ref() }
                && slot.generation == generation
            {
                return &slot.value;
            }
            let fresh = Box::into_raw(Box::new(Slot { generation, value: T::default(), _parents: newest }));
            let published = self.newest.compare_exchange(newest, fresh, Ordering::AcqRel, Ordering::Acquire);
            if published.is_err() {
                // SAFETY: another thread was faster; `fresh` came out of `Box::into_raw` above and was shown to nobody.
                drop(unsafe { Box::from_raw(fresh) });
            }
        }
    }
}
