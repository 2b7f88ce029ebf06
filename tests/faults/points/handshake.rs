//! Every byte of what a peer says in TLS: the handshake, the session tickets after it, and the records of an answer, each
//! cut off or flipped. Until the handshake is whole nothing can have left; after it, only doubt is true.

use super::{LOST, OK, Outcomes, Over, Point, RACE, SPOILT, UNSENT_LOST};
use crate::answers;
use crate::script::{At, End, Flight, Step};
use crate::tls::{self, Profile, Version};
use crate::wire::record_length;

/// A handshake that the client refuses, or waits for in vain: a spoilt length may announce more than will come.
const UNSENT: Outcomes = &["not_sent/tls", "not_sent/connection_lost", "not_sent/timeout"];
// TLS guards what is in a record, and the length; but the type and the version in its head are no secret to guard, and
// TLS 1.3 even has the version ignored (RFC 8446, section 5.1). A client may be strict with them.
const UNSENT_OR_OK: Outcomes = &["not_sent/tls", "not_sent/connection_lost", "not_sent/timeout", "ok"];
const SPOILT_OR_OK: Outcomes = &["in_doubt/connection_lost", "in_doubt/bad_response", "ok"];

const FLIGHTS: [Flight; 2] = [Flight::First, Flight::Second];

pub fn points() -> Vec<Point> {
    let retry = Profile { retry: true, ..Profile::V13 };
    let resumed = |profile| Profile { resumes: true, ..profile };
    let profiles = [
        ("tls-1.3", Profile::V13),
        ("tls-1.2", Profile::V12),
        ("tls-1.3-retry", retry),
        ("tls-1.3-resumed", resumed(Profile::V13)),
        ("tls-1.2-resumed", resumed(Profile::V12)),
    ];
    let handshakes = profiles.into_iter().flat_map(|(version, profile)| handshake(version, profile));
    let answers = profiles[..2].iter().flat_map(|(version, profile)| answer(version, *profile));
    handshakes.chain(answers).collect()
}

/// The flights of a handshake.
fn handshake(version: &str, profile: Profile) -> Vec<Point> {
    let (flights, _) = tls::transcript(profile, b"");
    // TLS 1.2's last flight ends the handshake; TLS 1.3's says only which sessions could be taken up again.
    let whole = flights.len() - usize::from(profile.version == Version::V13);
    let mut points = Vec::new();
    // A retry only puts a flight before those of TLS 1.3: what comes after the handshake, and resets, are tried there.
    let (seen, ends) = match profile.retry {
        true => (whole, &[End::Fin][..]),
        false => (flights.len(), &[End::Fin, End::Reset][..]),
    };
    for (number, (flight, bytes)) in FLIGHTS.into_iter().zip(&flights[..seen]).enumerate() {
        let inside = number < whole;
        let unguarded = unguarded(bytes);
        for n in 0..bytes.len() {
            let name = |what: &str| format!("every-byte-{version}/{flight:?}-{n}/{what}");
            for end in ends {
                let outcomes = match end {
                    _ if inside => UNSENT_LOST,
                    // A reset may come before the request has begun to leave.
                    End::Reset => RACE,
                    _ => LOST,
                };
                let script = [vec![Step::ShakeTo(flight, At::Byte(n))], end.steps()].concat();
                points.push(point(profile, name(end.name()), script, outcomes));
            }
            let outcomes = match (inside, unguarded.contains(&n)) {
                (true, false) => UNSENT,
                (true, true) => UNSENT_OR_OK,
                (false, false) => SPOILT,
                (false, true) => SPOILT_OR_OK,
            };
            let script = vec![Step::ShakeFlipped(flight, n), Step::Request, Step::Send(answers::ok()), Step::Fin];
            points.push(point(profile, name("flipped"), script, outcomes));
        }
    }
    points
}

/// A call with this handshake. One that is to resume a session comes after a call that leaves one, and before a call
/// that must be well: what went wrong is not taken up again.
fn point(profile: Profile, name: String, script: Vec<Step>, outcomes: Outcomes) -> Point {
    let over = Over::Https(profile);
    if !profile.resumes {
        return Point::new(over, name, script, outcomes);
    }
    let well = over.script(&[Step::Request, Step::Send(answers::ok())]);
    Point::new(over, name, well.clone(), OK)
        .option("idle_timeout_ms", "0")
        .connection([vec![Step::Resumed], script].concat())
        .then(outcomes)
        .connection(well)
        .then(OK)
}

/// The records of an answer: small ones, so that there are many borders.
fn answer(version: &str, profile: Profile) -> Vec<Point> {
    let profile = Profile { record: Some(150), ..profile };
    let over = Over::Https(profile);
    let answer = answers::ok();
    let (_, records) = tls::transcript(profile, &answer);
    let unguarded = unguarded(&records);
    let mut points = Vec::new();
    for n in 0..records.len() {
        let name = |what: &str| format!("every-byte-of-records/{version}-{n}/{what}");
        for end in [End::Fin, End::Reset] {
            let cut = [vec![Step::Request, Step::SendPart(answer.clone(), n)], end.steps()].concat();
            points.push(over.point(name(end.name()), &cut, LOST));
        }
        let flipped = [Step::Request, Step::SendFlipped(answer.clone(), n), Step::Fin];
        let outcomes = if unguarded.contains(&n) { SPOILT_OR_OK } else { SPOILT };
        points.push(over.point(name("flipped"), &flipped, outcomes));
    }
    points
}

/// The places of the types and versions in the heads of records.
fn unguarded(records: &[u8]) -> Vec<usize> {
    let mut places = Vec::new();
    let mut start = 0;
    while let Some(length) = record_length(&records[start..]) {
        places.extend(start..start + 3);
        start += length;
    }
    places
}
