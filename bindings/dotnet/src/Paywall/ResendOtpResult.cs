using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Runtime.Serialization;
using System.Text;
using Paywall.Interop;

namespace Paywall
{
    /// <summary>
    /// The outcome of a call; immutable. .NET's own serialization and a debugger's display leave out token, session and
    /// answer: store <see cref="OtpToken"/> and <see cref="SessionId"/> yourself.
    /// </summary>
    [Serializable]
    [DebuggerDisplay("{ToString(),nq}")]
    public sealed class ResendOtpResult
    {
        private static readonly byte[] TokenKey = Encoding.ASCII.GetBytes("\"otp_token\":\"");
        private static readonly byte[] SessionKey = Encoding.ASCII.GetBytes("\"session_id\":\"");

        // The document of a success, until somebody asks for more than status, token and session: to read it takes longer
        // than the rest of .NET's part of a call. Then the other fields are set, and this is null.
        [NonSerialized]
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        private volatile byte[]? unread;

        [NonSerialized]
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        private string? otpToken, sessionId, url3D, responseBody;

        private string status, action = "", message = "";
        private string? customerMessage, tokenState, responseCode, referenceNumber, correlationId, requestId;
        private bool sessionRenewed, responseTruncated;
        private int? httpStatus;
        private PaywallErrorInfo? error;
        private PaywallTransport transport = null!;

        private ResendOtpResult(Dictionary<string, object?> document)
        {
            status = Required(document, "status");
            Set(document);
        }

        /// <summary>For a document that <see cref="Document.IsSuccess"/> accepts.</summary>
        internal ResendOtpResult(byte[] document)
        {
            status = PaywallStatuses.Ok;
            unread = document;
        }

        private void Set(Dictionary<string, object?> document)
        {
            action = Required(document, "action");
            message = Required(document, "message");
            customerMessage = Json.Text(document, "customer_message");
            otpToken = Json.Text(document, "otp_token");
            tokenState = Json.Text(document, "token_state");
            sessionId = Json.Text(document, "session_id");
            sessionRenewed = Json.Flag(document, "session_renewed");
            responseCode = Json.Text(document, "response_code");
            referenceNumber = Json.Text(document, "reference_number");
            correlationId = Json.Text(document, "correlation_id");
            url3D = Json.Text(document, "url_3d");
            httpStatus = (int?)Json.Number(document, "http_status");
            requestId = Json.Text(document, "request_id");
            responseBody = Json.Text(document, "response_body");
            responseTruncated = Json.Flag(document, "response_truncated");
            Dictionary<string, object?>? inner = Json.Object(document, "error");
            error = inner == null ? null : new PaywallErrorInfo(inner);
            transport = new PaywallTransport(Json.Object(document, "transport") ?? new Dictionary<string, object?>());
        }

        /// <summary>For a call without a readable document.</summary>
        internal ResendOtpResult(
            string status, string action, string message, PaywallErrorInfo error, string? token = null, string? session = null)
        {
            this.status = status;
            this.action = action;
            this.message = message;
            this.error = error;
            otpToken = token;
            sessionId = session;
            tokenState = token == null ? null : PaywallTokenStates.InDoubt;
            transport = new PaywallTransport(new Dictionary<string, object?>());
        }

        /// <summary>One of <see cref="PaywallStatuses"/>, or a newer one.</summary>
        public string Status { get { return status; } }

        /// <summary>What to do: one of <see cref="PaywallActions"/>, or a newer one.</summary>
        public string Action { get { return Read().action; } }

        /// <summary>For your log, in English; holds no secret.</summary>
        public string Message { get { return Read().message; } }

        /// <summary>The service's own words, or null: the only text to show to a shopper.</summary>
        public string? CustomerMessage { get { return Read().customerMessage; } }

        /// <summary>The token to use next.</summary>
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        public string? OtpToken { get { return Glance(TokenKey) ?? Read().otpToken; } }

        /// <summary>One of <see cref="PaywallTokenStates"/>, or null.</summary>
        public string? TokenState { get { return Read().tokenState; } }

        /// <summary>The session to use next.</summary>
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        public string? SessionId { get { return Glance(SessionKey) ?? Read().sessionId; } }

        /// <summary>Whether the service renewed the session. It may do so on a failure too.</summary>
        public bool SessionRenewed { get { return Read().sessionRenewed; } }

        /// <summary>The service's ResponseCode, or null.</summary>
        public string? ResponseCode { get { return Read().responseCode; } }

        /// <summary>The service's reference number, or null.</summary>
        public string? ReferenceNumber { get { return Read().referenceNumber; } }

        /// <summary>An id for the service's support, or null.</summary>
        public string? CorrelationId { get { return Read().correlationId; } }

        /// <summary>The address where 3-D Secure continues, or null.</summary>
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        public string? Url3D { get { return Read().url3D; } }

        /// <summary>The HTTP status; null if no answer came.</summary>
        public int? HttpStatus { get { return Read().httpStatus; } }

        /// <summary>A UUID, sent as X-Request-Id: give it to support.</summary>
        public string? RequestId { get { return Read().requestId; } }

        /// <summary>Why the call did not end with <c>ok</c>; null if it did.</summary>
        public PaywallErrorInfo? Error { get { return Read().error; } }

        /// <summary>How long the call took, and which connection it used.</summary>
        public PaywallTransport Transport { get { return Read().transport; } }

        /// <summary>The answer as text, up to 64 KiB, or null.</summary>
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        public string? ResponseBody { get { return Read().responseBody; } }

        /// <summary>Whether the answer was longer than <see cref="ResponseBody"/>, or broke off.</summary>
        public bool ResponseTruncated { get { return Read().responseTruncated; } }

        /// <summary>Reads a result document: for mocks of <see cref="IPaywallClient"/>, or the command's output.</summary>
        /// <param name="document">JSON with at least status, action and message.</param>
        /// <returns>The result.</returns>
        /// <exception cref="FormatException">It is not a result document.</exception>
        public static ResendOtpResult FromJson(string document)
        {
            if (document == null)
                throw new ArgumentNullException("document");
            return new ResendOtpResult(MembersOf(document));
        }

        /// <summary>
        /// One member of the service's answer: the text of a string, the JSON of any other value. Null if the answer does
        /// not have it, or is not JSON.
        /// </summary>
        /// <param name="pointer">Which member: a JSON pointer (RFC 6901) such as <c>/Body/Masterpass/ResponseCode</c>.</param>
        /// <returns>The text, or null.</returns>
        public string? ResponseAt(string pointer)
        {
            if (pointer == null)
                throw new ArgumentNullException("pointer");
            return Read().responseBody == null ? null : Call.MemberOf(Library.Get(), responseBody!, pointer);
        }

        /// <summary>Status, action, kind and request id.</summary>
        /// <returns>A text without secrets.</returns>
        public override string ToString()
        {
            Read();
            return "status=" + status + " action=" + action + " kind=" + (error == null ? "" : error.Kind)
                + " request_id=" + requestId;
        }

        private static Dictionary<string, object?> MembersOf(string document)
        {
            return Json.Read(document) as Dictionary<string, object?> ?? throw new FormatException("not a result document");
        }

        /// <summary>Several threads may read at the same time: all of them set the same.</summary>
        private ResendOtpResult Read()
        {
            byte[]? document = unread;
            if (document != null)
            {
                Set(MembersOf(Encoding.UTF8.GetString(document)));
                unread = null;
            }
            return this;
        }

        private string? Glance(byte[] key)
        {
            byte[]? document = unread;
            return document == null ? null : Document.TextAfter(document, key);
        }

        [OnSerializing]
        private void Read(StreamingContext context)
        {
            Read();
        }

        private static string Required(Dictionary<string, object?> document, string name)
        {
            return Json.Text(document, name) ?? throw new FormatException("not a result document");
        }
    }

    /// <summary>Why a call did not end with <c>ok</c>.</summary>
    [Serializable]
    [DebuggerDisplay("{ToString(),nq}")]
    public sealed class PaywallErrorInfo
    {
        private readonly string? kind, code, stage, detail;
        private readonly long? retryAfterMs;

        internal PaywallErrorInfo(Dictionary<string, object?> members)
        {
            kind = Json.Text(members, "kind");
            code = Json.Text(members, "code");
            stage = Json.Text(members, "stage");
            detail = Json.Text(members, "detail");
            retryAfterMs = Json.Number(members, "retry_after_ms");
        }

        internal PaywallErrorInfo(string kind, string? code, string stage)
        {
            this.kind = kind;
            this.code = code;
            this.stage = stage;
        }

        /// <summary>One of <see cref="PaywallKinds"/>, or a newer one.</summary>
        public string? Kind { get { return kind; } }

        /// <summary>The code that decided the outcome; for a bad option or argument, its name.</summary>
        public string? Code { get { return code; } }

        /// <summary>The stage at which it happened: <c>argument</c>, <c>config</c>, <c>resolve</c>, <c>connect</c>,
        /// <c>proxy</c>, <c>tls</c>, <c>send</c>, <c>receive</c>, <c>decode</c>, <c>service</c>.</summary>
        public string? Stage { get { return stage; } }

        /// <summary>How long the service asks to wait, or null.</summary>
        public long? RetryAfterMs { get { return retryAfterMs; } }

        /// <summary>The reason that the operating system or TLS gives, or the name of a code; or null.</summary>
        public string? Detail { get { return detail; } }

        /// <summary>Kind, code and stage.</summary>
        /// <returns>A text without secrets.</returns>
        public override string ToString()
        {
            return "kind=" + kind + " code=" + code + " stage=" + stage;
        }
    }

    /// <summary>How a call reached the service.</summary>
    [Serializable]
    public sealed class PaywallTransport
    {
        private readonly long? elapsedUs;
        private readonly string? connection;

        internal PaywallTransport(Dictionary<string, object?> members)
        {
            elapsedUs = Json.Number(members, "elapsed_us");
            connection = Json.Text(members, "connection");
        }

        /// <summary>How long the call took, in microseconds.</summary>
        public long? ElapsedUs { get { return elapsedUs; } }

        /// <summary><c>new</c>, <c>reused</c> or null.</summary>
        public string? Connection { get { return connection; } }
    }
}
