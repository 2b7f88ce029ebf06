//! What the service answers: its JSON envelope, and whole HTTP answers made of it.
//!
//! The shapes (members, their order, which of them are null) are those of the samples in the vendor's
//! documentation. Texts are Turkish, in their tone.

use axum::http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use hyper::body::Bytes;
use serde::Serialize;
use uuid::Uuid;

/// The path that every base address continues with.
pub const RESEND_PATH: &str = "/api/paywall/masterpass/otp/resend";

/// The session that an envelope names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    pub id: Uuid,
    pub renewed: bool,
}

/// The response codes in the vendor's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// A code of the card's bank was sent.
    Bank,
    /// A code of Masterpass itself was sent.
    Masterpass,
    /// Success, and no more.
    Success,
    /// The flow goes on with 3-D Secure.
    ThreeDSecure,
}

/// A refusal by the system that the service calls.
#[derive(Debug, Clone, Copy)]
pub struct Failure {
    level: &'static str,
    status: u16,
    code: &'static str,
    message: &'static str,
}

const fn failure(level: &'static str, status: u16, code: &'static str, message: &'static str) -> Failure {
    Failure { level, status, code, message }
}

pub const TOKEN_IS_NOT_VALID: Failure = failure("NotFound", 404, "TOKEN_IS_NOT_VALID", "Token geçersiz.");
pub const TOKEN_HAS_EXPIRED: Failure = failure("Unauthorized", 401, "TOKEN_HAS_EXPIRED", "Tokenın süresi doldu.");
pub const TOKEN_ALREADY_USED: Failure =
    failure("BadRequest", 400, "TOKEN_ALREADY_USED", "Token daha önce kullanılmış.");
pub const COOLDOWN: Failure = failure(
    "BadRequest",
    400,
    "ERROR_CALLED_OTP_SERVICE_ONE_MORE_TIME_BEFORE_TIMEOUT_EXPIRED",
    "Önceki şifrenin süresi dolmadan yeni şifre istenemez.",
);
pub const LIMIT: Failure = failure(
    "BadRequest",
    400,
    "ERR_YOU_CAN_NOT_CALL_OTP_SERVICE_ONE_MORE_TIME",
    "Tekrar şifre isteme hakkınız kalmadı.",
);
pub const NO_BANK_OTP: Failure =
    failure("BadRequest", 400, "BANK_DOES_NOT_SUPPORT_OTP", "Bankanız tek kullanımlık şifreyi desteklemiyor.");
pub const ACCOUNT_IS_BLOCKED: Failure = failure("Forbidden", 403, "ACCOUNT_IS_BLOCKED", "Hesabınız bloke edilmiş.");
pub const UNKNOWN_CODE: Failure =
    failure("BadRequest", 400, "SANDBOX_CODE_THAT_NOBODY_KNOWS", "Bilinmeyen bir hata oluştu.");
pub const UPSTREAM_TIMEOUT: Failure =
    failure("GatewayTimeout", 504, "VPOS_TIMEOUT_ERROR", "Bankadan zamanında yanıt alınamadı.");

/// The JSON document that the service answers with.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Envelope {
    error_code_type: i32,
    error_message: Option<&'static str>,
    error_code: i32,
    result: bool,
    message: &'static str,
    body: Option<EnvelopeBody>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct EnvelopeBody {
    session: EnvelopeSession,
    masterpass: Masterpass,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct EnvelopeSession {
    session_renewed: bool,
    session_id: Uuid,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Masterpass {
    result: Option<MasterpassResult>,
    build_id: &'static str,
    correlation_id: Option<Uuid>,
    exception: Option<Exception>,
    message: &'static str,
    request_id: Option<Uuid>,
    status_code: u16,
    version: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct MasterpassResult {
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    retrieval_reference_number: String,
    response_code: &'static str,
    description: String,
    // Seen in answers of sister calls only; the sample of this call has no such members.
    #[serde(skip_serializing_if = "Option::is_none", rename = "Url3d")]
    url_3d: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "Url3dSuccess")]
    url_3d_success: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "Url3dFail")]
    url_3d_fail: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Exception {
    level: &'static str,
    code: &'static str,
    message: &'static str,
}

/// A token as the service makes them: 32 hexadecimal digits.
pub fn new_token() -> String {
    Uuid::new_v4().simple().to_string()
}

/// The answer to a resend that was accepted.
pub fn accepted(session: Session, code: Code, token: Option<String>) -> Envelope {
    let (response_code, description) = match code {
        Code::Bank => {
            ("5001", "Telefonunuza gelen tek kullanımlık şifreyi girerek kart doğrulama işlemini tamamlayınız")
        }
        Code::Masterpass => {
            ("5008", "Masterpass tarafından gönderilen tek kullanımlık şifreyi girerek işlemi tamamlayınız")
        }
        Code::Success => ("0000", "Başarılı"),
        Code::ThreeDSecure => ("5010", "İşleme 3D Secure ile devam ediniz"),
    };
    let url = |page| (code == Code::ThreeDSecure).then_some(page);
    let result = MasterpassResult {
        token,
        retrieval_reference_number: format!("1000{:08}", random_below(100_000_000)),
        response_code,
        description: description.to_owned(),
        url_3d: url("https://3d.sandbox.invalid/start"),
        url_3d_success: url("https://3d.sandbox.invalid/success"),
        url_3d_fail: url("https://3d.sandbox.invalid/fail"),
    };
    envelope(
        session,
        Masterpass {
            result: Some(result),
            build_id: "78",
            correlation_id: Some(Uuid::new_v4()),
            exception: None,
            message: "OK",
            request_id: None,
            status_code: 200,
            version: None,
        },
    )
}

/// The answer to a resend that such a system refused. The trap that the vendor's sample sets
/// is in it: `ErrorCode` 0 and `Result` true; only the exception shows it.
pub fn refused(session: Session, failure: Failure) -> Envelope {
    let exception = Exception { level: failure.level, code: failure.code, message: failure.message };
    envelope(
        session,
        Masterpass {
            result: None,
            build_id: "78",
            correlation_id: None,
            exception: Some(exception),
            message: failure.level,
            request_id: None,
            status_code: failure.status,
            version: None,
        },
    )
}

fn envelope(session: Session, masterpass: Masterpass) -> Envelope {
    Envelope {
        error_code_type: 1,
        error_message: None,
        error_code: 0,
        result: true,
        message: "",
        body: Some(EnvelopeBody {
            session: EnvelopeSession { session_renewed: session.renewed, session_id: session.id },
            masterpass,
        }),
    }
}

/// An answer that the service gives before it asks the system that it calls. The vendor
/// documents the numbers and their names; the rest of the answer is invented.
pub fn turned_away(code: i32, name: Option<&'static str>, message: &'static str) -> Envelope {
    Envelope { error_code_type: 1, error_message: name, error_code: code, result: false, message, body: None }
}

impl Envelope {
    /// As the vendor's sample of an expired token: only here, the envelope fails too.
    pub fn failed_outside(mut self) -> Self {
        self.error_code = 1;
        self.result = false;
        self
    }

    /// A good answer that is larger than any client should accept.
    pub fn padded(mut self, size: usize) -> Self {
        let result = self.body.as_mut().and_then(|b| b.masterpass.result.as_mut());
        if let Some(result) = result {
            result.description = "x".repeat(size);
        }
        self
    }

    fn json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("an envelope has string keys only, and no maps")
    }
}

/// A whole HTTP answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Bytes,
    /// The new token in it.
    pub token: Option<String>,
    /// The session in it.
    pub session: Option<Session>,
}

impl Answer {
    fn new(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: vec![(CONTENT_TYPE, HeaderValue::from_static(content_type))],
            body: body.into(),
            token: None,
            session: None,
        }
    }

    /// Text for a person, outside of the envelope.
    pub fn text(status: StatusCode, text: String) -> Self {
        Self::new(status, "text/plain; charset=utf-8", text)
    }

    /// A page such as gateways make.
    pub fn html(status: StatusCode) -> Self {
        let title = status.to_string().replace("<unknown status code>", "");
        let title = title.trim_end();
        let page = format!(
            "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
             <hr><center>sandbox-gateway</center>\r\n</body>\r\n</html>\r\n"
        );
        Self::new(status, "text/html; charset=utf-8", page)
    }

    /// What a gateway answers with this status: no envelope, and no body where HTTP has none.
    pub fn gateway(status: StatusCode) -> Self {
        let mut answer = Self::html(status);
        match status {
            StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED => {
                answer.body = Bytes::new();
                answer.headers.clear();
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                let two_seconds = HeaderValue::from_static("2");
                answer.headers.push((RETRY_AFTER, two_seconds));
            }
            _ => {}
        }
        answer
    }

    /// A redirect to the same call under a prefix: a client that follows it shows up in the journal.
    pub fn redirect() -> Self {
        let mut answer = Self::gateway(StatusCode::TEMPORARY_REDIRECT);
        let target = HeaderValue::from_str(&format!("/redirected{RESEND_PATH}")).expect("a constant of visible ASCII");
        answer.headers.push((LOCATION, target));
        answer
    }

    /// 200 with nothing in it.
    pub fn empty() -> Self {
        Self { status: StatusCode::OK, headers: Vec::new(), body: Bytes::new(), token: None, session: None }
    }

    /// The same answer, its body cut in the middle of a value.
    pub fn cut(mut self) -> Self {
        self.body.truncate(self.body.len() / 2);
        self
    }
}

impl From<Envelope> for Answer {
    fn from(envelope: Envelope) -> Self {
        let answer = Self::new(StatusCode::OK, "application/json; charset=utf-8", envelope.json());
        let Some(body) = envelope.body else { return answer };
        let session = Session { id: body.session.session_id, renewed: body.session.session_renewed };
        let token = body.masterpass.result.and_then(|result| result.token);
        Self { token, session: Some(session), ..answer }
    }
}

/// A random number below `bound`.
pub fn random_below(bound: u32) -> u32 {
    let [a, b, c, d, ..] = *Uuid::new_v4().as_bytes();
    u32::from_be_bytes([a, b, c, d]) % bound
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn session(renewed: bool) -> Session {
        Session { id: Uuid::parse_str("a527433e-f36b-1410-80e5-004205aa382d").unwrap(), renewed }
    }

    /// The sample of a success in the vendor's documentation, byte for byte except for what is random.
    #[test]
    fn a_success_has_the_shape_of_the_sample() {
        let sample = r#"{"ErrorCodeType":1,"ErrorMessage":null,"ErrorCode":0,"Result":true,"Message":"","Body":{"Session":{"SessionRenewed":false,"SessionId":"a527433e-f36b-1410-80e5-004205aa382d"},"Masterpass":{"Result":{"Token":"b1b9baa4018d4f17b1fd85592344b09a","RetrievalReferenceNumber":"100005844114","ResponseCode":"5001","Description":"Telefonunuza gelen tek kullanımlık şifreyi girerek kart doğrulama işlemini tamamlayınız"},"BuildId":"78","CorrelationId":"a38a5866-1688-4ae8-99b5-d3956d2e2e4c","Exception":null,"Message":"OK","RequestId":null,"StatusCode":200,"Version":null}}}"#;
        let token = Some("b1b9baa4018d4f17b1fd85592344b09a".to_owned());
        let made = String::from_utf8(accepted(session(false), Code::Bank, token).json()).unwrap();
        let value: Value = serde_json::from_str(&made).unwrap();
        let masterpass = &value["Body"]["Masterpass"];
        let reference = masterpass["Result"]["RetrievalReferenceNumber"].as_str().unwrap();
        let correlation = masterpass["CorrelationId"].as_str().unwrap();
        assert_eq!(reference.len(), 12);
        let fixed =
            made.replace(reference, "100005844114").replace(correlation, "a38a5866-1688-4ae8-99b5-d3956d2e2e4c");
        assert_eq!(fixed, sample);
    }

    #[test]
    fn a_wrong_token_is_answered_as_in_the_sample() {
        let sample = r#"{"ErrorCodeType":1,"ErrorMessage":null,"ErrorCode":0,"Result":true,"Message":"","Body":{"Session":{"SessionRenewed":false,"SessionId":"a527433e-f36b-1410-80e5-004205aa382d"},"Masterpass":{"Result":null,"BuildId":"78","CorrelationId":null,"Exception":{"Level":"NotFound","Code":"TOKEN_IS_NOT_VALID","Message":"Token geçersiz."},"Message":"NotFound","RequestId":null,"StatusCode":404,"Version":null}}}"#;
        let made = refused(session(false), TOKEN_IS_NOT_VALID).json();
        assert_eq!(String::from_utf8(made).unwrap(), sample);
    }

    #[test]
    fn an_expired_token_is_answered_as_in_the_sample() {
        let sample = r#"{"ErrorCodeType":1,"ErrorMessage":null,"ErrorCode":1,"Result":false,"Message":"","Body":{"Session":{"SessionRenewed":true,"SessionId":"a527433e-f36b-1410-80e5-004205aa382d"},"Masterpass":{"Result":null,"BuildId":"78","CorrelationId":null,"Exception":{"Level":"Unauthorized","Code":"TOKEN_HAS_EXPIRED","Message":"Tokenın süresi doldu."},"Message":"Unauthorized","RequestId":null,"StatusCode":401,"Version":null}}}"#;
        let made = refused(session(true), TOKEN_HAS_EXPIRED).failed_outside();
        assert_eq!(String::from_utf8(made.json()).unwrap(), sample);
    }
}
