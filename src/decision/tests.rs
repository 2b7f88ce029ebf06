//! The table, row by row: every documented code and shape, and what the wire may bring besides.

use super::{Answer, Verdict, decide, describe};
use crate::outcome::Status;

const OK_5001: &str = include_str!("../../tests/samples/resend_ok_5001.json");
const TOKEN_NOT_VALID: &str = include_str!("../../tests/samples/resend_token_not_valid.json");
const EXPIRED_AND_RENEWED: &str = include_str!("../../tests/samples/verify_token_expired_session_renewed.json");

const TOKEN: &str = "b1b9baa4018d4f17b1fd85592344b09a";
const SESSION: &str = "a527433e-f36b-1410-80e5-004205aa382d";

fn verdict(http_status: u16, body: &str) -> Verdict {
    decide(&Answer { http_status, body })
}

/// `row status kind code`, with `-` for what is not there.
fn decided(http_status: u16, body: &str) -> String {
    let ruling = verdict(http_status, body).ruling;
    let kind = ruling.kind.map_or("-", |kind| kind.name());
    format!("{} {} {kind} {}", ruling.row as u8, ruling.status.name(), ruling.code.as_deref().unwrap_or("-"))
}

#[track_caller]
fn check(rows: &[(u16, &str, &str)]) {
    for (http_status, body, expected) in rows {
        assert_eq!(decided(*http_status, body), *expected, "HTTP {http_status} {body:.300}");
    }
}

/// The success sample with one thing changed.
fn ok_but(from: &str, to: &str) -> String {
    let changed = OK_5001.replacen(from, to, 1);
    assert_ne!(changed, OK_5001, "the sample has {from}");
    changed
}

fn with_exception(code: &str) -> String {
    TOKEN_NOT_VALID.replace("TOKEN_IS_NOT_VALID", code)
}

fn with_error_code(code: &str) -> String {
    format!(r#"{{"ErrorCode":{code},"Result":false,"Message":"","Body":null}}"#)
}

#[test]
fn the_vendors_samples_mean_what_the_vendor_says() {
    check(&[
        (200, OK_5001, "10 ok - -"),
        (200, TOKEN_NOT_VALID, "2 rejected token_invalid TOKEN_IS_NOT_VALID"),
        (200, EXPIRED_AND_RENEWED, "2 rejected token_expired TOKEN_HAS_EXPIRED"),
    ]);
}

#[test]
fn every_documented_exception_code_has_its_kind() {
    for (kind, codes) in [
        ("token_invalid", "TOKEN_IS_NOT_VALID INVALID_MSISDN_IN_TOKEN INVALID_MERCHANT_IN_TOKEN INVALID_X_IN_TOKEN"),
        ("token_expired", "TOKEN_HAS_EXPIRED"),
        ("token_used", "TOKEN_ALREADY_USED"),
        ("cooldown", "ERROR_CALLED_OTP_SERVICE_ONE_MORE_TIME_BEFORE_TIMEOUT_EXPIRED"),
        ("resend_limit", "ERR_YOU_CAN_NOT_CALL_OTP_SERVICE_ONE_MORE_TIME"),
        ("otp_unsupported", "BANK_DOES_NOT_SUPPORT_OTP BANK_DOES_NOT_SUPPORT_OTP_VALIDATION"),
        (
            "account",
            "ACCOUNT_NOT_FOUND USER_NOT_FOUND ACCOUNT_NOT_LINKED_TO_MERCHANT ACCOUNT_IS_BLOCKED ACCOUNT_IS_REMOVED \
             ACCOUNT_IS_REMOVED_DUE_TO_OTP_FAILED_FOR_ALL_CARDS MSISDN_HAS_BEEN_CHANGED",
        ),
        (
            "authentication",
            "AUTHENTICATION_FAILED AUTHENTICATION_METHOD_NOT_FOUND CLIENT_IS_NOT_AUTHENTICATED MERCHANT_NOT_FOUND \
             MERCHANT_DOES_NOT_HAVE_ACCESS INVALID_IP_ADDRESS",
        ),
        (
            "validation",
            "VALIDATION_FAILED TOKEN_IS_REQUIRED OTP_IS_REQUIRED MSISDN_IS_NOT_VALID TOKEN_MAX_LENGTH_EXCEEDED \
             SOURCE_CHANNEL_IS_WRONG SOURCE_CHANNEL_IS_REQUIRED",
        ),
        (
            "upstream",
            "CONNECTION_ERROR VPOS_CONNECTION_ERROR VPOS_TIMEOUT_ERROR CREDIT_CONNECTION_ERROR UNEXPECTED_ERROR \
             NOT_IMPLEMENTED_ERROR SYSTEM_ERROR INTERNAL_ERROR GENERAL_BANK_ERROR ISSUER_UNAVAILABLE \
             TRANSACTION_IN_PROGRESS ANY_TIMEOUT_ERROR",
        ),
    ] {
        let status = if kind == "upstream" { "in_doubt" } else { "rejected" };
        for code in codes.split_whitespace() {
            let expected = format!("2 {status} {kind} {code}");
            // A listed code decides wherever an envelope is heard, whatever else stands in it.
            assert_eq!(decided(200, &with_exception(code)), expected);
            assert_eq!(decided(401, &with_exception(code)), expected);
            assert_eq!(
                decided(200, &ok_but(r#""Exception":null"#, &format!(r#""Exception":{{"Code":"{code}"}}"#))),
                expected
            );
            assert_eq!(decided(500, &with_exception(code)), "3 in_doubt server_error 500");
        }
    }
}

#[test]
fn every_listed_error_code_has_its_kind_and_name() {
    for (kind, codes) in [
        ("authentication", "4 12 64 401 513"),
        ("forbidden", "403"),
        ("validation", "2 400"),
        ("upstream", "-1 5 40 500 501 502 503 504"),
    ] {
        let status = if kind == "upstream" { "in_doubt" } else { "rejected" };
        for code in codes.split_whitespace() {
            let expected = format!("2 {status} {kind} {code}");
            assert_eq!(decided(200, &with_error_code(code)), expected);
            assert_eq!(decided(400, &with_error_code(&format!("\"{code}\""))), expected);
            assert!(verdict(200, &with_error_code(code)).ruling.detail.is_some());
            // A listed ErrorCode beats an exception that nobody knows, not one that is listed.
            let beside = |exception: &str| {
                with_exception(exception).replace(r#""ErrorCode":0"#, &format!(r#""ErrorCode":{code}"#))
            };
            assert_eq!(decided(200, &beside("NOBODY_KNOWS")), expected);
            assert_eq!(decided(200, &beside("TOKEN_ALREADY_USED")), "2 rejected token_used TOKEN_ALREADY_USED");
        }
    }
    assert_eq!(verdict(200, &with_error_code("64")).ruling.detail, Some("IntegrationCredentialNotFound"));
}

#[test]
fn the_http_status_decides_where_no_listed_code_does() {
    let unlisted = with_exception("NOBODY_KNOWS");
    check(&[
        (500, "", "3 in_doubt server_error 500"),
        (503, OK_5001, "3 in_doubt server_error 503"),
        (599, "<html>", "3 in_doubt server_error 599"),
        (400, "", "4 rejected http 400"),
        (401, "<html>", "4 rejected authentication 401"),
        (403, &unlisted, "4 rejected forbidden 403"),
        (404, "", "4 rejected wrong_address 404"),
        (405, "", "4 rejected wrong_address 405"),
        (408, "", "4 in_doubt timeout 408"),
        (408, &unlisted, "4 in_doubt timeout 408"),
        (418, &unlisted, "4 rejected http 418"),
        (421, "", "4 rejected wrong_address 421"),
        (422, TOKEN_NOT_VALID, "2 rejected token_invalid TOKEN_IS_NOT_VALID"),
        (429, "", "4 rejected rate_limited 429"),
        (460, "", "4 in_doubt http 460"),
        (460, TOKEN_NOT_VALID, "2 rejected token_invalid TOKEN_IS_NOT_VALID"),
        (463, "", "4 rejected http 463"),
        (494, "<html>", "4 rejected http 494"),
        (498, "", "4 rejected http 498"),
        (499, "<html>", "4 in_doubt http 499"),
        (499, &unlisted, "4 in_doubt http 499"),
        (499, OK_5001, "4 in_doubt bad_response 499"),
        // An envelope that contradicts the status: in doubt.
        (400, OK_5001, "4 in_doubt bad_response 400"),
        (401, OK_5001, "4 in_doubt bad_response 401"),
        (404, &ok_but(r#""StatusCode":200"#, r#""StatusCode":504"#), "4 in_doubt upstream 504"),
        // One that would only be unclear, or a 3-D Secure wish, does not.
        (400, &ok_but("5001", "5002"), "4 rejected http 400"),
        (400, &ok_but("5001", "5010"), "4 rejected http 400"),
        (300, "", "5 rejected redirect 300"),
        (302, OK_5001, "5 rejected redirect 302"),
        (303, OK_5001, "5 in_doubt bad_response 303"),
        (304, "", "5 rejected redirect 304"),
        (307, TOKEN_NOT_VALID, "5 rejected redirect 307"),
        (101, "", "1 in_doubt bad_response 101"),
        (600, OK_5001, "1 in_doubt bad_response 600"),
        (999, "", "1 in_doubt bad_response 999"),
    ]);
}

#[test]
fn success_needs_every_sign_of_it() {
    check(&[
        (200, &ok_but("5001", "5008"), "10 ok - -"),
        (201, &ok_but("5001", "0000"), "10 ok - -"),
        (200, &ok_but(r#""StatusCode":200"#, r#""StatusCode":202"#), "10 ok - -"),
        (200, &ok_but(r#""StatusCode":200"#, r#""StatusCode":"200""#), "10 ok - -"),
        (200, &ok_but(r#""5001""#, "5001"), "10 ok - -"),
        (200, &ok_but(r#""5001""#, "0"), "10 ok - -"),
        (200, &ok_but(r#""ErrorCode":0"#, r#""ErrorCode":null"#), "10 ok - -"),
        (200, &ok_but(r#""ErrorCode":0,"#, ""), "10 ok - -"),
        (
            200,
            &ok_but(r#","StatusCode":200"#, "").replace(r#""Description""#, r#""StatusCode":200,"Description""#),
            "10 ok - -",
        ),
        (200, &ok_but("5001", "5010"), "9 rejected three_d_secure 5010"),
        (200, &ok_but(r#""5001""#, "5010"), "9 rejected three_d_secure 5010"),
        (
            200,
            &ok_but(r#""StatusCode":200"#, r#""StatusCode":null"#).replace("5001", "5010"),
            "9 rejected three_d_secure 5010",
        ),
        (200, &ok_but("5001", "5002"), "11 in_doubt bad_response 5002"),
        (200, &ok_but("5001", "1078"), "11 in_doubt bad_response 1078"),
        (200, &ok_but(r#""5001""#, "1"), "11 in_doubt bad_response 0001"),
        (200, &ok_but(r#""5001""#, "null"), "11 in_doubt bad_response -"),
        (200, &ok_but(r#""5001""#, "[]"), "11 in_doubt bad_response -"),
        (200, &ok_but(r#","StatusCode":200"#, ""), "11 in_doubt bad_response 5001"),
        (200, r#"{"Result":true}"#, "11 in_doubt bad_response -"),
        (200, r#"{"Result":true,"Body":null}"#, "11 in_doubt bad_response -"),
        (200, r#"{"Result":true,"ErrorCode":0,"Body":{"Masterpass":null}}"#, "11 in_doubt bad_response -"),
        (
            200,
            r#"{"Result":true,"Body":{"Masterpass":{"Result":true,"StatusCode":200}}}"#,
            "11 in_doubt bad_response -",
        ),
        (200, r#"{"Result":true,"Body":"sent","Message":"ok"}"#, "11 in_doubt bad_response -"),
    ]);
}

#[test]
fn one_sign_of_failure_is_enough() {
    let status_code = |code: &str| ok_but(r#""StatusCode":200"#, &format!(r#""StatusCode":{code}"#));
    check(&[
        (200, &with_exception("NOBODY_KNOWS"), "8 rejected declined NOBODY_KNOWS"),
        (200, &with_exception("NOBODY_KNOWS").replace("404", "401"), "8 rejected authentication NOBODY_KNOWS"),
        (200, &ok_but(r#""Exception":null"#, r#""Exception":{}"#), "8 rejected declined -"),
        (200, &ok_but(r#""Exception":null"#, r#""Exception":"TOKEN_IS_NOT_VALID""#), "8 rejected declined -"),
        (200, &ok_but(r#""Exception":null"#, r#""Exception":{"Code":7}"#), "8 rejected declined -"),
        (200, &ok_but(r#""Result":true"#, r#""Result":false"#), "8 rejected declined -"),
        (200, &ok_but(r#""ErrorCode":0"#, r#""ErrorCode":1"#), "8 rejected declined 1"),
        (200, &ok_but(r#""ErrorCode":0"#, r#""ErrorCode":"9999""#), "8 rejected declined 9999"),
        (200, &status_code("404"), "8 rejected declined 404"),
        (200, &status_code("201"), "8 rejected declined 201"),
        (200, &status_code("401"), "8 rejected authentication 401"),
        (200, &status_code("403"), "8 rejected forbidden 403"),
        (200, &status_code("408"), "8 in_doubt timeout 408"),
        (200, &status_code("429"), "8 rejected rate_limited 429"),
        (200, &status_code("600"), "8 rejected declined 600"),
        (200, &status_code("500"), "7 in_doubt upstream 500"),
        (200, &status_code(r#""599""#), "7 in_doubt upstream 599"),
        (200, &with_exception("NOBODY_KNOWS").replace("404", "503"), "7 in_doubt upstream 503"),
        (200, r#"{"Result":false}"#, "8 rejected declined -"),
        (200, r#"{"Result":false,"Body":[],"ErrorCode":null}"#, "8 rejected declined -"),
        (200, r#"{"Result":false,"Body":{"Masterpass":{"Result":{"StatusCode":500}}}}"#, "7 in_doubt upstream 500"),
        (
            200,
            r#"{"Result":true,"Body":{"Masterpass":{"StatusCode":404,"Result":{"StatusCode":200,"ResponseCode":"5001"}}}}"#,
            "8 rejected declined 404",
        ),
    ]);
    assert_eq!(verdict(200, &with_error_code("1")).ruling.detail, Some("Unsuccessful"));
    assert_eq!(verdict(200, &with_error_code("9999")).ruling.detail, None);
}

#[test]
fn what_is_no_good_envelope_leaves_a_2xx_in_doubt() {
    let nested = |depth: usize| format!(r#"{{"Result":true,"X":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    let broken = [
        "",
        " ",
        "null",
        "true",
        "[]",
        "[false]",
        r#"[true,0,"m",{"Masterpass":{"Result":{"ResponseCode":"5001"},"StatusCode":200}}]"#,
        "{}",
        "OK",
        "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
        r#"{"Result":null}"#,
        r#"{"Result":"true"}"#,
        r#"{"Result":1}"#,
        r#"{"result":true}"#,
        r#"{"Result":true"#,
        r#"{"Result":true}}"#,
        r#"{"Result":true} {"Result":true}"#,
        r#"{"Result":true,}"#,
        r#"{"Result":true,"Result":true}"#,
        r#"{"Result":true,"\u0052esult":false}"#,
        r#"{"Result":true,"ErrorCode":0,"ErrorCode":4}"#,
        r#"{"Result":true,"ErrorCode":"four"}"#,
        r#"{"Result":true,"ErrorCode":0.5}"#,
        r#"{"Result":true,"ErrorCode":{}}"#,
        r#"{"Result":true,"ErrorCode":99999999999999999999}"#,
        r#"{"Result":true,"Body":{"Masterpass":{"StatusCode":true}}}"#,
        r#"{"Result":true,"Body":{"Masterpass":{"StatusCode":""}}}"#,
        r#"{"Result":true,"Body":{"Masterpass":{"Exception":{"Code":"A","Code":"B"}}}}"#,
        r#"{"Result":true,"Body":{"Masterpass":{},"Masterpass":{}}}"#,
    ];
    for body in broken.into_iter().map(str::to_owned).chain([nested(64), nested(5_000), "[".repeat(100_000)]) {
        assert_eq!(decided(200, &body), "6 in_doubt bad_response 200", "{body:.200}");
        assert_eq!(decided(400, &body), "4 rejected http 400", "{body:.200}");
    }
    assert_eq!(decided(200, &nested(63)), "11 in_doubt bad_response -");
    assert_eq!(decided(204, ""), "6 in_doubt bad_response 204");
}

#[test]
fn what_only_informs_cannot_spoil_what_decides() {
    for body in [
        ok_but(r#""Message":"""#, r#""Message":"\ud83d""#),
        ok_but(r#""Message":"""#, r#""Message":17"#),
        ok_but("Telefonunuza", r"\ud800Telefonunuza\udfff"),
        ok_but(r#""RetrievalReferenceNumber":"100005844114""#, r#""RetrievalReferenceNumber":{"a":[1,2]}"#),
        ok_but(r#""CorrelationId":"#, r#""Unknown":[{"Exception":{"Code":"TOKEN_ALREADY_USED"}}],"CorrelationId":"#),
        ok_but(r#""ErrorCodeType":1"#, r#""ErrorCodeType":1,"ErrorCodeType":2"#),
        ok_but(r#""Session":{"#, r#""Session":{"SessionExpiryDate":"2026-11-24T16:00:00.1234567+03:00","#),
        ok_but(r#""SessionRenewed":false"#, r#""SessionRenewed":"maybe""#),
        ok_but(r#""Session":{"SessionRenewed":false,"#, r#""Session":[1,{"a":"\ud800"}],"X":{"#),
        ok_but(r#""Session":{"SessionRenewed":false,"#, r#""Session":-1.5e3,"X":{"#),
        ok_but(r#""Session":{"SessionRenewed":false,"#, r#""Session":1e999,"X":{"#),
        ok_but(r#""Session":{"SessionRenewed":false,"#, r#""Session":"\ud800","X":{"#),
        ok_but(r#"{"ErrorCodeType""#, "\n\t {\"ErrorCodeType\""),
        ok_but("Telefonunuza", "\u{fffd}"),
    ] {
        assert_eq!(decided(200, &body), "10 ok - -", "{body}");
    }
    let surrogate = verdict(200, &ok_but("Telefonunuza", r"\ud800Telefonunuza"));
    assert!(surrogate.text.unwrap().ends_with("işlemini tamamlayınız"));
}

#[test]
fn what_cannot_be_read_where_an_object_should_be_hides_no_sign_of_doubt() {
    for unreadable in [r#""\ud800""#, "1e999", r#""\ud800\ud800""#] {
        let masterpass = |members: &str| {
            format!(r#"{{"Result":true,"Body":{{"Session":{unreadable},"Masterpass":{{{members}}}}}}}"#)
        };
        check(&[
            (400, &masterpass(r#""StatusCode":502"#), "4 in_doubt upstream 502"),
            (400, &masterpass(r#""Exception":{"Code":"SYSTEM_ERROR"}"#), "2 in_doubt upstream SYSTEM_ERROR"),
            (400, &masterpass(r#""StatusCode":200,"Result":{"ResponseCode":"5001"}"#), "4 in_doubt bad_response 400"),
            (200, &masterpass(&format!(r#""Exception":{unreadable},"StatusCode":200"#)), "8 rejected declined -"),
            (200, &masterpass(r#""Exception":{"Code":"A","Code":"B"}"#), "6 in_doubt bad_response 200"),
        ]);
        check(&[(200, &format!(r#"{{"Result":true,"Body":{unreadable}}}"#), "11 in_doubt bad_response -")]);
    }
}

#[test]
fn the_new_token_and_the_renewed_session_are_taken_where_they_stand() {
    let ok = verdict(200, OK_5001);
    assert_eq!(ok.token.as_deref(), Some(TOKEN));
    assert_eq!(ok.session, None, "an id that differs without being renewed is not adopted");
    assert_eq!(ok.response_code.as_deref(), Some("5001"));
    assert_eq!(ok.reference_number.as_deref(), Some("100005844114"));
    assert_eq!(ok.correlation_id.as_deref(), Some("a38a5866-1688-4ae8-99b5-d3956d2e2e4c"));

    let renewed = |body: &str| body.replace(r#""SessionRenewed":false"#, r#""SessionRenewed":true"#);
    // Also on failures, and wherever an envelope came.
    for (http_status, body) in [
        (200, renewed(OK_5001)),
        (200, renewed(TOKEN_NOT_VALID)),
        (200, EXPIRED_AND_RENEWED.into()),
        (503, renewed(OK_5001)),
        (400, renewed(OK_5001)),
    ] {
        assert_eq!(verdict(http_status, &body).session.as_deref(), Some(SESSION), "{http_status} {body}");
    }
    for bad in ["00000000-0000-0000-0000-000000000000", "soon", ""] {
        assert_eq!(verdict(200, &renewed(OK_5001).replace(SESSION, bad)).session, None);
    }
    assert_eq!(
        verdict(200, &renewed(OK_5001).replace(SESSION, &format!("{{{}}}", SESSION.to_uppercase()))).session.as_deref(),
        Some(SESSION)
    );

    // A token that could not be sent back is not a token.
    for bad in ["", r"a\nb", r"\u0000", &"t".repeat(1025)] {
        assert_eq!(verdict(200, &OK_5001.replace(TOKEN, bad)).token, None);
    }
    assert_eq!(verdict(503, OK_5001).token.as_deref(), Some(TOKEN));
    // What redirects is not the service.
    let redirect = verdict(307, &renewed(OK_5001));
    assert_eq!((redirect.token, redirect.session), (None, None));
}

#[test]
fn the_text_for_people_is_the_exceptions_else_the_description_else_the_message() {
    let text = |body: &str| verdict(200, body).text;
    assert_eq!(text(TOKEN_NOT_VALID).as_deref(), Some("Token geçersiz."));
    assert!(text(OK_5001).unwrap().starts_with("Telefonunuza gelen"));
    assert_eq!(text(r#"{"Result":false,"Message":"Hata"}"#).as_deref(), Some("Hata"));
    assert_eq!(text(r#"{"Result":false,"Message":""}"#), None);
    assert_eq!(text("<html>"), None);
}

#[test]
fn no_answer_is_ok_unless_the_last_row_but_one_says_so() {
    for http_status in (100..700).filter(|status| !(200..300).contains(status)) {
        assert_ne!(verdict(http_status, OK_5001).ruling.status, Status::Ok, "{http_status}");
    }
}

#[test]
fn a_403_without_an_envelope_is_not_called_the_services() {
    let words = |body: &str| describe(&verdict(403, body), 403);
    assert!(words("<html>Access denied</html>").contains("firewall"));
    assert!(words("").contains("firewall"));
    let unlisted = with_exception("NOBODY_KNOWS");
    assert!(words(&unlisted).contains("these credentials are not allowed") && !words(&unlisted).contains("firewall"));
}
