//! The table of a run: a row for each group of points, and the points that failed one by one.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use crate::judge::Judged;

/// What a lane's points came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum {
    pub points: usize,
    pub calls: usize,
    pub requests: usize,
    pub failed: usize,
}

impl Sum {
    pub fn of<'a>(judged: impl IntoIterator<Item = &'a Judged>) -> Self {
        judged.into_iter().fold(Sum::default(), |sum, one| {
            sum.and(Sum {
                points: 1,
                calls: one.reported.len(),
                requests: one.heard.requests.len(),
                failed: usize::from(!one.complaints.is_empty()),
            })
        })
    }

    pub fn and(self, other: Sum) -> Self {
        Sum {
            points: self.points + other.points,
            calls: self.calls + other.calls,
            requests: self.requests + other.requests,
            failed: self.failed + other.failed,
        }
    }

    pub fn line(&self, lane: &str, took: Duration) -> String {
        let Sum { points, calls, requests, failed } = self;
        let seconds = took.as_secs_f64();
        format!(
            "{lane}: {points} points, {calls} calls, {requests} requests came, {failed} points failed, {seconds:.1} s"
        )
    }
}

const RULE: usize = 150;

/// A row for each group: what was reported in it, and how often.
pub fn groups(lane: &str, judged: &[Judged], took: Duration) -> String {
    let mut groups: Vec<(&str, Vec<&Judged>)> = Vec::new();
    for one in judged {
        let group = one.point.group();
        match groups.iter_mut().find(|(name, _)| *name == group) {
            Some((_, members)) => members.push(one),
            None => groups.push((group, vec![one])),
        }
    }
    let mut table = heading(
        lane,
        &format!("{:<28} {:>6} {:>6} {:>6} {:>8}  reported", "group", "points", "calls", "reqs", "max ms"),
    );
    for (group, members) in groups {
        let Sum { points, calls, requests, failed } = Sum::of(members.iter().copied());
        let reported = || members.iter().flat_map(|one| &one.reported);
        let slowest = reported().map(|reported| reported.took.as_millis()).max().unwrap_or_default();
        let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
        reported().for_each(|reported| *outcomes.entry(&reported.outcome).or_default() += 1);
        let mut outcomes: Vec<String> = outcomes.iter().map(|(outcome, times)| format!("{outcome} {times}")).collect();
        if failed > 0 {
            outcomes.push(format!("FAIL {failed}"));
        }
        let outcomes = outcomes.join(", ");
        push(&mut table, format_args!("{group:<28} {points:>6} {calls:>6} {requests:>6} {slowest:>8}  {outcomes}"));
    }
    for one in judged.iter().filter(|one| !one.complaints.is_empty()) {
        row(&mut table, one);
    }
    footing(table, lane, judged, took)
}

/// A row for each call of each point.
pub fn points(lane: &str, judged: &[Judged], took: Duration) -> String {
    let columns = format!(
        "{:<46} {:<30} {:<40} {:<8} {:>6} {:>6} {:>4}  verdict",
        "point", "expected", "reported", "stage", "ms", "bytes", "reqs"
    );
    let mut table = heading(lane, &columns);
    judged.iter().for_each(|one| row(&mut table, one));
    footing(table, lane, judged, took)
}

fn heading(lane: &str, columns: &str) -> String {
    format!("\nfaults over {lane}\n{columns}\n{}\n", "-".repeat(RULE))
}

fn footing(mut table: String, lane: &str, judged: &[Judged], took: Duration) -> String {
    push(&mut table, format_args!("{}\n{}", "-".repeat(RULE), Sum::of(judged).line(lane, took)));
    table
}

fn push(table: &mut String, line: std::fmt::Arguments<'_>) {
    table.write_fmt(line).expect("memory takes all");
    table.push('\n');
}

/// A point: its first call on the line of its name, the others below.
fn row(table: &mut String, one: &Judged) {
    let verdict = if one.complaints.is_empty() { "ok" } else { "FAIL" };
    for (n, want) in one.point.calls.iter().enumerate() {
        let reported = one.reported.get(n).cloned().unwrap_or_default();
        let expected = match want.outcomes {
            [one] => (*one).to_owned(),
            [one, more @ ..] => format!("{one} +{}", more.len()),
            [] => String::new(),
        };
        let how = match reported.connection {
            Some(connection) => format!("{} ({connection})", reported.outcome),
            None => reported.outcome,
        };
        let (name, bytes, requests, verdict) = match n {
            0 => (&one.point.name[..], one.heard.bytes.to_string(), one.heard.requests.len().to_string(), verdict),
            _ => ("  then", String::new(), String::new(), ""),
        };
        push(
            table,
            format_args!(
                "{name:<46} {expected:<30} {how:<40} {:<8} {:>6} {bytes:>6} {requests:>4}  {verdict}",
                reported.stage.unwrap_or(""),
                reported.took.as_millis(),
            ),
        );
    }
    for complaint in &one.complaints {
        push(table, format_args!("    ! {complaint}"));
    }
}

/// The points that failed, for a panic's message.
pub fn failures(judged: &[Judged]) -> Vec<String> {
    let failed = judged.iter().filter(|one| !one.complaints.is_empty());
    failed
        .map(|one| {
            let (name, complaints) = (&one.point.name, one.complaints.join("; "));
            format!("{name}: {complaints}\n    only this point: make faults FAULTS={name}")
        })
        .collect()
}
