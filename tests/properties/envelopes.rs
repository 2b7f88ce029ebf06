//! Answers' bodies: mostly the service's envelope, with any of its members missing, twice, or of another type.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::oracle::exception_codes;

/// The text of any JSON value, some of them as odd as JSON allows.
pub fn json() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        4 => literals(),
        3 => any::<i64>().prop_map(|number| number.to_string()),
        3 => string(),
        1 => any::<f64>().prop_filter("JSON has no infinity", |number| number.is_finite()).prop_map(|number| format!("{number:?}")),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(|values| format!("[{}]", values.join(","))),
            vec((string(), inner), 0..5).prop_map(|members| object(&members)),
        ]
    })
    .boxed()
}

fn literals() -> impl Strategy<Value = String> {
    select(vec![
        "null",
        "true",
        "false",
        "0",
        "-0",
        "1",
        "-1",
        "4",
        "40",
        "200",
        "202",
        "401",
        "403",
        "404",
        "408",
        "429",
        "500",
        "503",
        "599",
        "600",
        "5001",
        "5008",
        "5010",
        "200.0",
        "2e2",
        "0.5",
        "1e999",
        "99999999999999999999",
        r#""""#,
        r#""0""#,
        r#""4""#,
        r#""200""#,
        r#""202""#,
        r#""503""#,
        r#""+200""#,
        r#"" 200""#,
        r#""0200""#,
        r#""5001""#,
        r#""0000""#,
        r#""5010""#,
        r#""true""#,
        "{}",
        "[]",
        "[[]]",
    ])
    .prop_map(str::to_owned)
}

/// A JSON string: any text, written plainly or with escapes, whole surrogates or half of one.
pub fn string() -> BoxedStrategy<String> {
    let quoted = |text: String| serde_json::to_string(&text).expect("a text is JSON");
    prop_oneof![
        4 => "[A-Za-z0-9 _-]{0,12}".prop_map(quoted),
        3 => any::<String>().prop_map(quoted),
        2 => vec(any::<u16>(), 0..6).prop_map(|units| {
            format!("\"{}\"", units.iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>())
        }),
        1 => select(vec![r#""\ud800""#, r#""a\udc00\ud800b""#, r#""\ud83d\ude00""#, r#""\u0000""#, r#""\/\b\f""#])
            .prop_map(str::to_owned),
    ]
    .boxed()
}

fn object(members: &[(String, String)]) -> String {
    let members: Vec<String> = members.iter().map(|(name, value)| format!("{name}:{value}")).collect();
    format!("{{{}}}", members.join(","))
}

type Members = Vec<(String, String)>;

/// A member: mostly as usual, else missing, anything, or there twice.
fn member(name: &'static str, usual: impl Strategy<Value = String> + 'static) -> BoxedStrategy<Members> {
    let usual = usual.boxed();
    let name = prop_oneof![
        20 => Just(format!("\"{name}\"")),
        1 => Just(format!("\"\\u{:04x}{}\"", name.as_bytes()[0], &name[1..])),
        1 => Just(format!("\"{}\"", name.to_ascii_lowercase())),
    ];
    let values = prop_oneof![
        30 => usual.clone().prop_map(|value| vec![value]),
        1 => Just(vec![]),
        1 => Just(vec!["null".to_owned()]),
        2 => json().prop_map(|value| vec![value]),
        1 => (usual, json()).prop_map(|(one, other)| vec![one, other]),
    ];
    (name, values).prop_map(|(name, values)| values.into_iter().map(|value| (name.clone(), value)).collect()).boxed()
}

/// An object of these members, in any order, perhaps among others.
fn members(known: Vec<BoxedStrategy<Members>>) -> BoxedStrategy<String> {
    let others = prop_oneof![9 => Just(vec![]), 1 => vec((string(), json()), 1..3)];
    let blank = select(vec!["", "", "", "", " ", "\r\n\t"]);
    (known, others, blank)
        .prop_flat_map(|(known, others, blank)| {
            let members: Members = known.into_iter().flatten().chain(others).collect();
            (Just(members).prop_shuffle(), Just(blank))
        })
        .prop_map(|(members, blank)| format!("{blank}{}{blank}", object(&members)))
        .boxed()
}

fn one_of(values: &[&'static str]) -> BoxedStrategy<String> {
    select(values.to_vec()).prop_map(str::to_owned).boxed()
}

fn quoted(text: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    text.prop_map(|text| format!("\"{text}\""))
}

/// The service's envelope, of a success or of a failure.
pub fn envelope() -> BoxedStrategy<String> {
    let result = members(vec![
        member(
            "Token",
            quoted(prop_oneof![3 => "[0-9a-f]{32}", 1 => "[a-z]{0,3}", 1 => "[ğü😀]{1,4}", 1 => "z{1020,1028}"]),
        ),
        member("RetrievalReferenceNumber", quoted("[0-9]{12}")),
        member(
            "ResponseCode",
            one_of(&[
                r#""5001""#,
                r#""5008""#,
                r#""0000""#,
                r#""5001""#,
                "5001",
                "0",
                r#""5010""#,
                r#""5002""#,
                r#""1078""#,
            ]),
        ),
        member("Description", string()),
        member("Url3d", one_of(&["null", "null", r#""https://3d.example/x""#])),
        prop_oneof![4 => Just(vec![]), 1 => member("StatusCode", one_of(&["200", "404", "503"]))].boxed(),
    ]);
    let code = prop_oneof![5 => select(exception_codes().collect::<Vec<_>>()), 2 => "[A-Z]{1,8}(_IS_REQUIRED|_TIMEOUT_ERROR)?"];
    let exception = members(vec![member("Level", string()), member("Code", quoted(code)), member("Message", string())]);
    let masterpass = members(vec![
        member("Result", result),
        member("BuildId", one_of(&[r#""78""#])),
        member("CorrelationId", one_of(&["null", r#""a38a5866-1688-4ae8-99b5-d3956d2e2e4c""#])),
        member("Exception", prop_oneof![5 => Just("null".to_owned()), 1 => exception]),
        member("Message", one_of(&[r#""OK""#])),
        member(
            "StatusCode",
            prop_oneof![
                8 => one_of(&["200", "200", "202", r#""200""#]),
                2 => one_of(&["401", "403", "404", "408", "429", "500", "503", "201", "null"]),
            ],
        ),
    ]);
    let session = members(vec![
        member("SessionRenewed", one_of(&["false", "true"])),
        member(
            "SessionId",
            quoted(prop_oneof![
                4 => "[0-9A-Fa-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
                1 => "[{][0-9A-F]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}[})]",
                1 => "[0-9a-f]{31,33}",
                1 => "0{8}-0{4}-0{4}-0{4}-0{12}",
            ]),
        ),
    ]);
    let body = members(vec![member("Session", session), member("Masterpass", masterpass)]);
    let error_code = prop_oneof![
        10 => one_of(&["0", "0", "null", r#""0""#]),
        1 => one_of(&["-1", "1", "2", "4", "5", "12", "40", "64", "400", "401", "403", "500", "504", "513", r#""4""#, "9999"]),
    ];
    members(vec![
        member("ErrorCodeType", one_of(&["1"])),
        member("ErrorMessage", one_of(&["null"])),
        member("ErrorCode", error_code),
        member("Result", one_of(&["true", "true", "true", "true", "false"])),
        member("Message", string()),
        member("Body", body),
    ])
}

/// The bytes of a body: an envelope, or what a broken service, a gateway or a stranger sends in its place.
pub fn body() -> BoxedStrategy<Vec<u8>> {
    let whole = || envelope().prop_map(String::into_bytes);
    prop_oneof![
        24 => whole(),
        1 => whole().prop_map(|body| [b"\xef\xbb\xbf", &body[..]].concat()),
        1 => (whole(), any::<prop::sample::Index>()).prop_map(|(body, at)| body[..at.index(body.len())].to_vec()),
        1 => (whole(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(mut body, at, byte)| {
            let at = at.index(body.len());
            body[at] = byte;
            body
        }),
        1 => (whole(), whole()).prop_map(|(one, other)| [one, other].concat()),
        // Longer than a document shows, or than an answer may be.
        1 => (whole(), select(vec![65_500_usize, 70_000, 1_048_000, 1_050_000]))
            .prop_map(|(body, length)| [body, vec![b' '; length]].concat()),
        1 => (1..80_usize, envelope()).prop_map(|(depth, inner)| {
            format!(r#"{{"X":{}{inner}{},{}"#, "[".repeat(depth), "]".repeat(depth), &inner[1.min(inner.len())..]).into_bytes()
        }),
        1 => json().prop_map(String::into_bytes),
        1 => Just(b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>".to_vec()),
        1 => vec(any::<u8>(), 0..64),
    ]
    .boxed()
}
