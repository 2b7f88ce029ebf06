{ One resend in Pascal: `resend TOKEN SESSION`. The exit code is the status. }
program Resend;
{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}
uses
  {$IFDEF UNIX}cthreads,{$ENDIF} SysUtils, Paywall;

function NextStep(const Action: AnsiString): AnsiString;
begin
  if Action = paVerifyOtp then
    Result := 'ask for the code'
  else if Action = paAwaitCode then
    Result := 'ask for the code; if none comes, the customer may press again, once'
  else if Action = paWait then
    Result := 'ask the customer to wait'
  else if Action = paRetry then
    Result := 'nothing was sent: call again'
  else if Action = paRedirect3D then
    Result := 'continue with 3-D Secure'
  else if (Action = paRestart) or (Action = paCheckOperation) then
    Result := 'look at your own state, then begin the operation again'
  else
    Result := 'write the message to the log, and look into it';
end;

var
  Client: TPaywallClient;
  Outcome: TPaywallResult;
begin
  Client := TPaywallClient.CreateFromEnvironment;
  try
    Outcome := Client.TryResendOtp(ParamStr(1), ParamStr(2));
    { Store Outcome.OtpToken and Outcome.SessionId: the next call needs them. }
    WriteLn(Outcome.Status, ': ', NextStep(Outcome.Action), ' (', Outcome.Message, ')');
    ExitCode := Outcome.Number;
  finally
    Client.Free;
  end;
end.
