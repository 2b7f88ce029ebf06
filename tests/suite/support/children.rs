//! Processes that a test forks.

use paywall::Outcome;

/// Whether a call succeeded. A child says what went wrong by one system call: it may have no more than that.
pub fn is_well(outcome: &Outcome) -> bool {
    let well = outcome.status.name() == "ok";
    if !well {
        let text = format!("{}\n", outcome.message);
        // SAFETY: writes a text of this length to standard error.
        unsafe { libc::write(2, text.as_ptr().cast(), text.len()) };
    }
    well
}

/// Runs `work` in a forked child. The child neither prints nor unwinds: it only exits, with 0 if all is well.
pub fn in_child(work: impl FnOnce() -> bool) -> libc::pid_t {
    // SAFETY: the child calls the library, whose promise for this case is what the test is about, and then `_exit`.
    match unsafe { libc::fork() } {
        0 => {
            let well = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or(false);
            // SAFETY: ends the process at once.
            unsafe { libc::_exit(i32::from(!well)) }
        }
        pid => pid,
    }
}

/// The child's exit status; a child that hangs is killed by its alarm.
pub fn exit_status(pid: libc::pid_t) -> i32 {
    let mut status = 0;
    // SAFETY: waits for a child of this process.
    assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
    status
}

pub fn alarm() {
    // SAFETY: asks for a SIGALRM, which ends a process that hangs.
    unsafe { libc::alarm(60) };
}
