//! The table of a run.

use std::fmt::Write;
use std::time::Duration;

use crate::judge::Judged;

pub fn table(scheme: &str, judged: &[Judged], took: Duration) -> String {
    let mut table = String::new();
    let rule = "-".repeat(150);
    let mut line = |text: std::fmt::Arguments<'_>| {
        table.write_fmt(text).expect("memory takes all");
        table.push('\n');
    };
    line(format_args!("\nfaults over {scheme}"));
    line(format_args!(
        "{:<46} {:<30} {:<40} {:<8} {:>6} {:>6} {:>4}  verdict",
        "point", "expected", "told", "stage", "ms", "bytes", "reqs"
    ));
    line(format_args!("{rule}"));
    for one in judged {
        row(one, &mut line);
    }
    line(format_args!("{rule}"));
    let failed = judged.iter().filter(|one| !one.complaints.is_empty()).count();
    let calls: usize = judged.iter().map(|one| one.told.len()).sum();
    let requests: usize = judged.iter().map(|one| one.heard.requests.len()).sum();
    line(format_args!(
        "{scheme}: {} points, {calls} calls, {requests} requests came, {failed} points failed, {:.1} s\n",
        judged.len(),
        took.as_secs_f64()
    ));
    table
}

/// A point: its first call on the line of its name, the others below.
fn row(one: &Judged, line: &mut impl FnMut(std::fmt::Arguments<'_>)) {
    let verdict = if one.complaints.is_empty() { "ok" } else { "FAIL" };
    for (n, want) in one.point.calls.iter().enumerate() {
        let told = one.told.get(n).cloned().unwrap_or_default();
        let expected = match want.outcomes {
            [one] => (*one).to_owned(),
            [one, more @ ..] => format!("{one} +{}", more.len()),
            [] => String::new(),
        };
        let how = match told.connection {
            Some(connection) => format!("{} ({connection})", told.outcome),
            None => told.outcome,
        };
        let (name, bytes, requests, verdict) = match n {
            0 => (&one.point.name[..], one.heard.bytes.to_string(), one.heard.requests.len().to_string(), verdict),
            _ => ("  then", String::new(), String::new(), ""),
        };
        line(format_args!(
            "{name:<46} {expected:<30} {how:<40} {:<8} {:>6} {bytes:>6} {requests:>4}  {verdict}",
            told.stage.unwrap_or(""),
            told.took.as_millis(),
        ));
    }
    for complaint in &one.complaints {
        line(format_args!("    ! {complaint}"));
    }
}

/// The points that failed, for a panic's message.
pub fn failures(judged: &[Judged]) -> Vec<String> {
    let failed = judged.iter().filter(|one| !one.complaints.is_empty());
    failed.map(|one| format!("{}: {}", one.point.name, one.complaints.join("; "))).collect()
}
