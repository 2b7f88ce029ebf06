' What a late-bound program sees of the class. Started by the script host, with the sandbox in the environment, and texts
' that no code page has all of as arguments:
'   cscript client.vbs URL-OF-THE-SANDBOX "Token geçersiz." "Ğ😀"
Option Explicit
Const SESSION = "6489433e-f36b-1410-825e-001264113a90"
Dim passed, failed, url, turkish, foreign, paywall, result, token, own
passed = 0 : failed = 0
url = WScript.Arguments(0) : turkish = WScript.Arguments(1) : foreign = WScript.Arguments(2)

Sub Same(actual, expected, what)
    If (VarType(actual) = vbString) = (VarType(expected) = vbString) And actual = expected Then
        passed = passed + 1
    Else
        failed = failed + 1
        WScript.Echo what & " is '" & actual & "' (" & TypeName(actual) & "), not '" & expected & "'"
    End If
End Sub

' What a statement raised; "" if it raised nothing.
Function Raised(what, number)
    Dim text
    text = ""
    If Err.Number <> 0 Then
        Same Err.Number, number, what & ": Err.Number"
        text = Err.Description
        Err.Clear
    End If
    Raised = text
End Function

Sub Outcome(token, number, status, action, kind, customer)
    Dim result
    Set result = paywall.ResendOtp(token, SESSION)
    Same result.Number, number, token & ": Number"
    Same result.Status, status, token & ": Status"
    Same result.Action, action, token & ": Action"
    Same result.Kind, kind, token & ": Kind"
    Same result.CustomerMessage, customer, token & ": CustomerMessage"
    Same Len(result.Message) > 10, True, token & ": Message"
    Same Len(result.RequestId), 36, token & ": RequestId"
    Same result.OtpToken = token, status <> "ok", token & ": OtpToken"
End Sub

' Nothing is configured: no call reaches anything.
Set paywall = CreateObject("Paywall.Client")
Set result = paywall.Check
Same result.Status, "invalid", "nothing set: Status"
Same result.Code, "environment", "nothing set: Code"
Same result.Number, 4, "nothing set: Number"

' The environment, an option by name, and numbers as they come.
paywall.FromEnvironment
paywall.Configure "base_url", url
paywall.Configure "timeout_ms", 15000
paywall.Configure "app", "Kasa/1.0"
Same paywall.Check.Action, "none", "Check: Action"
Same TypeName(paywall), "Object", "TypeName"

token = "sbx_ok_5001" : own = SESSION
Set result = paywall.ResendOtp(token, own) ' variables go by reference
Same result.Status, "ok", "ok: Status"
Same result.Action, "verify_otp", "ok: Action"
Same result.TokenState, "new", "ok: TokenState"
Same result.SessionId, SESSION, "ok: SessionId"
Same result.SESSIONID, SESSION, "ok: in capital letters"
Same result.sessionid, SESSION, "ok: in small letters"
Same result.SessionRenewed, False, "ok: SessionRenewed"
Same result.ResponseTruncated, False, "ok: ResponseTruncated"
Same result.HttpStatus, 200, "ok: HttpStatus"
Same result.ResponseCode, "5001", "ok: ResponseCode"
Same result.RetryAfterMs, -1, "ok: RetryAfterMs"
Same result.ElapsedUs > 0, True, "ok: ElapsedUs"
Same result.Connection = "new" Or result.Connection = "reused", True, "ok: Connection"
Same result.Kind & result.Code & result.Stage & result.Detail & result.Url3D, "", "ok: what is null"
Same result.Member("/transport/connection"), result.Connection, "ok: Member"
Same result.Member("/nothing/there"), "", "ok: a member that is none"
Same InStr(result.ResponseBody, """ResponseCode"":""5001""") > 0, True, "ok: ResponseBody"
Same result.Member("/otp_token"), result.OtpToken, "ok: OtpToken"
Same result.CorrelationId, result.Member("/correlation_id"), "ok: CorrelationId"
Same result.ReferenceNumber, result.Member("/reference_number"), "ok: ReferenceNumber"

Outcome "sbx_token_invalid", 1, "rejected", "check_operation", "token_invalid", turkish
Outcome "sbx_reset_after", 3, "in_doubt", "await_code", "connection_lost", ""
Outcome "sbx_http_401", 1, "rejected", "fix_configuration", "authentication", ""
Set result = paywall.ResendOtp("sbx_renewed", SESSION)
Same result.SessionRenewed, True, "renewed: SessionRenewed"
Same result.SessionId <> SESSION, True, "renewed: SessionId"

' Bad arguments are outcomes; a token may hold what no code page has.
Set result = paywall.ResendOtp("", SESSION)
Same result.Status & " " & result.Code, "invalid token", "no token"
Set result = paywall.ResendOtp("a" & Chr(0) & "b", SESSION)
Same result.Status & " " & result.Code, "invalid token", "a token with NUL"
Set result = paywall.ResendOtp(foreign, SESSION)
Same result.OtpToken, foreign, "UTF-16 there and back"

' What is not an outcome is raised.
On Error Resume Next
paywall.Configure "locale", "de"
Same Raised("a bad option", vbObjectError + 516), "nothing was sent: locale: must be tr or en", "a bad option"
paywall.Configure "timeout_ms"
Same Raised("too few arguments", 450) <> "", True, "too few arguments"
Set result = paywall.ResendOtp(Null, SESSION)
Same Raised("Null", 13) <> "", True, "Null"
Set result = paywall.ResendOtp(Mid(foreign, 2, 1), SESSION)
Same Raised("half a pair", 5) <> "", True, "half a pair"
paywall.ResendOtp "sbx_ok_5001", SESSION
Same Raised("no Set", vbObjectError + 516), "nothing was sent: the result must be taken, with Set", "no Set"
paywall.Nothing_Such
Same Raised("no such member", 438) <> "", True, "no such member"
On Error GoTo 0

' After a wrong option the client goes on as it was; nobody listens at port 1.
Same paywall.Check.Status, "ok", "after a wrong option"
paywall.Configure "base_url", "https://localhost:1"
Set result = paywall.ResendOtp("sbx_ok_5001", SESSION)
Same result.Status & " " & result.Action & " " & result.Kind, "not_sent retry connect", "nobody listens"

WScript.Echo "com: " & passed & " passed, " & failed & " failed"
If failed > 0 Or passed = 0 Then WScript.Quit 1
