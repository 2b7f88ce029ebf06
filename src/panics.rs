//! Panics of our own code: caught, silent, and reported only by their place.
//!
//! What a panic says may quote what it was working on, even a token. So nobody gets to see it.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::panic::{self, UnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    // Never dropped, see `delivery::call`; `caught` takes what was put in.
    static PLACE: ManuallyDrop<RefCell<Option<String>>> = const { ManuallyDrop::new(RefCell::new(None)) };
}

/// Runs `work`; if it panics, gives the place of the panic.
pub(crate) fn caught<T>(work: impl FnOnce() -> T + UnwindSafe) -> Result<T, String> {
    let outer = GUARDED.replace(true);
    let result = panic::catch_unwind(work);
    GUARDED.set(outer);
    result.map_err(|payload| {
        // Dropping a payload may panic again, and nothing of it is wanted.
        std::mem::forget(payload);
        PLACE.with(|place| place.take()).unwrap_or_else(|| "an unknown place".to_owned())
    })
}

/// Keeps panics that are caught here from being printed, and notes their place. Other panics go where they went.
pub(crate) fn install_hook() {
    // Not a `Once`: a fork in the midst of it would leave the child waiting for a thread that it does not have.
    static INSTALLED: AtomicBool = AtomicBool::new(false);
    if INSTALLED.load(Ordering::Relaxed) || INSTALLED.swap(true, Ordering::Relaxed) {
        return;
    }
    let others = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !GUARDED.get() {
            return others(info);
        }
        let place = info.location().map(|at| format!("{}:{}", at.file(), at.line()));
        PLACE.with(|kept| kept.replace(place));
    }));
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{caught, install_hook};

    /// Says that this process is the one that panics.
    const INSIDE: &str = "PAYWALL_TEST_PANICS";

    /// Runs itself again, to see what a host would see.
    #[test]
    fn a_caught_panic_prints_nothing_and_another_one_as_ever() {
        if std::env::var_os(INSIDE).is_some() {
            install_hook();
            let place = caught(|| panic!("planted-secret")).unwrap_err();
            assert!(place.starts_with("src/panics.rs:"), "{place}");
            _ = std::panic::catch_unwind(|| panic!("the host's own"));
            return;
        }
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "panics::tests::a_caught_panic_prints_nothing_and_another_one_as_ever", "--nocapture"])
            .env(INSIDE, "1")
            .output()
            .unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
        assert!(!said.contains("planted-secret") && said.contains("the host's own"), "{said}");
    }
}
