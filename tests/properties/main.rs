//! What must hold for any answer and any argument: properties over real sockets, judged by readers that share no code
//! with the library.
//!
//! Each run tries other cases; what once failed is kept beside this folder, in `proptest-regressions`, and tried first.
//! `PROPTEST_CASES=10000` tries more.

mod abi;
mod answers;
mod arguments;
mod document;
mod envelopes;
mod oracle;
mod pointers;
mod server;

use proptest::test_runner::Config;

/// As many cases as fit a quick test, unless `PROPTEST_CASES` says otherwise.
fn cases(few: u32) -> Config {
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { Config::default().cases } else { few };
    Config { cases, max_shrink_iters: 4096, ..Config::default() }
}
