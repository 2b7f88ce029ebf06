{
  A till's "send the code again" for a terminal. The configuration comes from the environment: PAYWALL_ENVIRONMENT or
  PAYWALL_BASE_URL, PAYWALL_API_KEY, PAYWALL_API_CLIENT and whatever else paywall.h lists.

  It asks for the token and the session of the operation; then r sends the code again, c checks the connection, n asks for
  another operation, q leaves. It never sends by itself: each request is a key that a person pressed.
}
program Till;

{$IFDEF FPC}
  {$MODE DELPHI}
{$ENDIF}
{$H+}
{$IFDEF MSWINDOWS}
  {$APPTYPE CONSOLE}
{$ENDIF}

uses
  {$IFDEF FPC}{$IFDEF UNIX}cthreads,{$ENDIF}{$ENDIF}
  SysUtils, Paywall;

{ What the cashier reads. A newer library may know more actions than this program. }
function Advice(const Action: AnsiString): AnsiString;
begin
  if Action = paVerifyOtp then
    Result := 'Ask the customer for the code.'
  else if Action = paAwaitCode then
    Result := 'The code may be on its way: ask for it. If none comes, press r once more.'
  else if Action = paWait then
    Result := 'Too early: wait, then press r again.'
  else if Action = paCheckOperation then
    Result := 'This operation is finished, or a newer code was sent. Look it up, or begin it again.'
  else if Action = paRestart then
    Result := 'The operation took too long: begin it again.'
  else if Action = paRedirect3D then
    Result := 'This card has no code by SMS: continue with 3-D Secure.'
  else if Action = paFixAccount then
    Result := 'The customer''s wallet account needs attention.'
  else if Action = paFixConfiguration then
    Result := 'The set-up of this till is wrong: call the technician.'
  else if Action = paFixRequest then
    Result := 'Token or session is wrong: press n and type them again.'
  else if Action = paRetry then
    Result := 'Nothing was sent: press r again.'
  else if Action = paNone then
    Result := 'The service can be reached.'
  else
    Result := 'Nobody knows this answer: call support, with the request id.';
end;

procedure Line(const Name, Value: AnsiString);
begin
  if Value <> '' then
    WriteLn('  ', Name, ': ', Value);
end;

procedure Show(const Outcome: TPaywallResult);
begin
  if PaywallInDoubt(Outcome) then
    WriteLn('IN DOUBT. ', Advice(Outcome.Action))
  else
    WriteLn(UpperCase(StringReplace(Outcome.Status, '_', ' ', [rfReplaceAll])), '. ', Advice(Outcome.Action));
  Line('customer reads', Outcome.CustomerMessage);
  if Outcome.RetryAfterMs >= 0 then
    Line('seconds to wait', IntToStr((Outcome.RetryAfterMs + 999) div 1000));
  Line('for the log', Outcome.Message);
  Line('request id', Outcome.RequestId);
end;

{ False at the end of the input. }
function Ask(const Prompt: AnsiString; var Answer: AnsiString): Boolean;
begin
  Write(Prompt, '> ');
  Flush(Output);
  Result := not Eof;
  if Result then
    ReadLn(Answer);
  Answer := Trim(Answer);
end;

procedure Serve(Client: TPaywallClient);
var
  Token, Session, Key: AnsiString;
  Outcome: TPaywallResult;
begin
  Key := 'n';
  repeat
    if Key = 'n' then
    begin
      if not Ask('token', Token) or not Ask('session', Session) then
        Exit;
    end
    else if Key = 'r' then
    begin
      WriteLn('sending...');
      Outcome := Client.TryResendOtp(Token, Session);
      { Also on a failure: a token may have been replaced, a session renewed. }
      if Outcome.OtpToken <> '' then
        Token := Outcome.OtpToken;
      if Outcome.SessionId <> '' then
        Session := Outcome.SessionId;
      Show(Outcome);
    end
    else if Key = 'c' then
    begin
      WriteLn('checking...');
      Show(Client.TryCheck);
    end
    else if Key <> '' then
      WriteLn('r sends the code again, c checks the connection, n another operation, q leaves');
    if not Ask('r c n q', Key) then
      Exit;
    Key := LowerCase(Key);
  until Key = 'q';
end;

var
  Config: TPaywallConfig;
  Client: TPaywallClient;
begin
  {$IFDEF FPC}
  { The library's texts are UTF-8; a console may have another code page. }
  SetMultiByteConversionCodePage(CP_UTF8);
  {$IFDEF MSWINDOWS}
  SetTextCodePage(Output, CP_UTF8);
  {$ENDIF}
  {$ENDIF}
  Client := nil;
  try
    Config := TPaywallConfig.Create;
    try
      Config.FromEnvironment;
      Config.SetOption('app', 'till/1.0');
      Client := TPaywallClient.Create(Config);
    finally
      Config.Free;
    end;
    Serve(Client);
    Client.Free;
  except
    on Error: EPaywall do
    begin
      Show(Error.PaywallResult);
      Halt(Error.PaywallResult.Number);
    end;
  end;
end.
