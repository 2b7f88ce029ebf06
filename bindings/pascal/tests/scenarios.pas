{
  Every scenario of the list that all languages share, both ways of calling, and bad input; with floating-point
  exceptions unmasked, as Delphi's programs run.

    scenarios            every scenario
    scenarios threads    many threads with one client
    scenarios refused    what must send nothing: the caller compares the sandbox's journal before and after; and what
                         the unit has, against the contract
    scenarios float      against a library that calculates what C allows and Pascal does not
}
program Scenarios;

{$MODE DELPHI}
{$H+}

uses
  {$IFDEF UNIX}cthreads,{$ENDIF}
  SysUtils, Classes, Math, fpjson, jsonparser, Paywall;

const
  Session = '6489433e-f36b-1410-825e-001264113a90';

var
  Passed, Failed: Integer;
  Scenario: string;
  Zero: Double = 0;

procedure Check(Holds: Boolean; const What: string);
begin
  if Holds then
    Inc(Passed)
  else
  begin
    Inc(Failed);
    WriteLn(StdErr, Scenario, ': ', What);
  end;
end;

procedure Same(const Actual, Expected, What: AnsiString);
begin
  Check(Actual = Expected, What + ' is "' + Actual + '", not "' + Expected + '"');
end;

{ A member as text; '' if it is null or absent, as the unit has it. }
function Member(Row: TJSONObject; const Name: string): AnsiString;
var
  Data: TJSONData;
begin
  Data := Row.FindPath(Name);
  if (Data = nil) or (Data.JSONType = jtNull) then
    Result := ''
  else
    Result := Data.AsString;
end;

function NumberOrEmpty(Number, Absent: Int64): AnsiString;
begin
  Result := '';
  if Number <> Absent then
    Result := IntToStr(Number);
end;

function TrueOrFalse(Value: Boolean): AnsiString;
begin
  if Value then
    Result := 'True'
  else
    Result := 'False';
end;

function Configured: TPaywallConfig;
begin
  Result := TPaywallConfig.Create;
  Result.SetOption('timeout_ms', '60000');
  Result.SetOption('connect_timeout_ms', '60000');
  Result.FromEnvironment;
  Result.SetOption('base_url', GetEnvironmentVariable('SANDBOX_HTTPS'));
end;

procedure AsExpected(const Outcome: TPaywallResult; Row: TJSONObject; const Token: AnsiString);
begin
  Same(Outcome.Status, Member(Row, 'expect.status'), 'status');
  Same(Outcome.Action, Member(Row, 'expect.action'), 'action');
  Same(Outcome.Kind, Member(Row, 'expect.kind'), 'kind');
  Same(Outcome.Code, Member(Row, 'expect.code'), 'code');
  Same(Outcome.Stage, Member(Row, 'expect.stage'), 'stage');
  Same(Outcome.TokenState, Member(Row, 'expect.token_state'), 'token_state');
  Same(TrueOrFalse(Outcome.SessionRenewed), Member(Row, 'expect.session_renewed'), 'session_renewed');
  Same(NumberOrEmpty(Outcome.HttpStatus, 0), Member(Row, 'expect.http_status'), 'http_status');
  if Outcome.TokenState = '' then
    Same(Outcome.OtpToken, '', 'otp_token')
  else
    Check((Outcome.OtpToken = Token) = (Outcome.TokenState <> 'new'), 'otp_token');
  { A wrong session is answered with the form of a right one, which is the one used here. }
  Check((Outcome.Message <> '') and ((Outcome.Code = 'session') or (Pos(Session, Outcome.Message) = 0)), 'message');
  Check(PaywallInDoubt(Outcome) = (Outcome.Status = 'in_doubt'), 'in doubt');
end;

{ What stands for an outcome in the exceptions' names. }
function Thrown(Error: EPaywall): string;
begin
  if Error is EPaywallRejected then Result := 'rejected'
  else if Error is EPaywallNotSent then Result := 'not_sent'
  else if Error is EPaywallInDoubt then Result := 'in_doubt'
  else if Error is EPaywallInvalidArgument then Result := 'invalid'
  else Result := 'internal';
end;

procedure EveryScenario;
const
  Options: array [0..3] of string = ('timeout_ms', 'base_url', 'proxy', 'api_key');
var
  Content: TFileStream;
  Rows: TJSONData;
  Row: TJSONObject;
  Config: TPaywallConfig;
  Client: TPaywallClient;
  Outcome: TPaywallResult;
  I, J: Integer;
  Token, Own: AnsiString;
begin
  Content := TFileStream.Create(GetEnvironmentVariable('SCENARIOS'), fmOpenRead or fmShareDenyWrite);
  try
    Rows := GetJSON(Content);
  finally
    Content.Free;
  end;
  try
    for I := 0 to Rows.Count - 1 do
    begin
      Row := Rows.Items[I] as TJSONObject;
      Scenario := Member(Row, 'name');
      Token := Member(Row, 'token');
      Own := Member(Row, 'session');
      if Own = '' then
        Own := Session;
      Config := Configured;
      try
        for J := Low(Options) to High(Options) do
          if Member(Row, 'options.' + Options[J]) <> '' then
            Config.SetOption(Options[J], Member(Row, 'options.' + Options[J]));
        Client := TPaywallClient.Create(Config);
      finally
        Config.Free;
      end;
      try
        AsExpected(Client.TryResendOtp(Token, Own), Row, Token);
        try
          Outcome := Client.ResendOtp(Token, Own);
          Same('ok', Member(Row, 'expect.status'), 'no exception');
          AsExpected(Outcome, Row, Token);
        except
          on Error: EPaywall do
          begin
            Same(Thrown(Error), Member(Row, 'expect.status'), 'exception');
            Same(Error.Message, Error.PaywallResult.Message, 'the exception''s message');
            AsExpected(Error.PaywallResult, Row, Token);
          end;
        end;
      finally
        Client.Free;
      end;
    end;
    Check(Rows.Count >= 40, 'too few scenarios');
  finally
    Rows.Free;
  end;
end;

procedure Refused(const Outcome: TPaywallResult; const Kind, Code: AnsiString);
begin
  Check(Outcome.Number = PW_INVALID, 'status');
  Same(Outcome.Kind, Kind, 'kind');
  Same(Outcome.Code, Code, 'code');
  Same(Outcome.OtpToken, '', 'otp_token');
  Check(Outcome.Message <> '', 'message');
end;

procedure RefusedOption(Config: TPaywallConfig; const Name, Value, Kind, Code: AnsiString);
begin
  try
    Config.SetOption(Name, Value);
    Check(False, 'an option that is none: ' + Code);
  except
    on Error: EPaywallInvalidArgument do
      Refused(Error.PaywallResult, Kind, Code);
  end;
end;

procedure RefusedClient(Config: TPaywallConfig; const Kind, Code: AnsiString);
begin
  try
    TPaywallClient.Create(Config).Free;
    Check(False, 'a client without ' + Code);
  except
    on Error: EPaywallInvalidArgument do
      Refused(Error.PaywallResult, Kind, Code);
  end;
end;

procedure BadInput;
const
  Broken: array [0..4] of AnsiString = (#$FF, 'a'#$C3, #$ED#$A0#$80, #$C0#$80, #$F8#$88#$80#$80#$80);
  WithNul: array [0..2] of AnsiString = ('sbx_ok'#0'_5001', 'sbx_ok_5001'#0, #0);
var
  Config: TPaywallConfig;
  Client: TPaywallClient;
  Raised: EPaywall;
  Unknown: TPaywallResult;
  I: Integer;
begin
  Scenario := 'bad input';
  Config := Configured;
  Client := TPaywallClient.Create(Config);
  try
    for I := Low(WithNul) to High(WithNul) do
    begin
      Refused(Client.TryResendOtp(WithNul[I], Session), 'argument', 'token');
      Refused(Client.TryResendOtp('sbx_ok_5001', WithNul[I]), 'argument', 'session');
      Refused(Client.TryResendOtp('sbx_ok_5001', Session + WithNul[I]), 'argument', 'session');
      RefusedOption(Config, 'app' + WithNul[I], 'x', 'argument', 'name');
      RefusedOption(Config, 'app', WithNul[I], 'argument', 'value');
    end;
    for I := Low(Broken) to High(Broken) do
    begin
      Refused(Client.TryResendOtp(Broken[I], Session), 'argument', 'token');
      Refused(Client.TryResendOtp('sbx_ok_5001', Broken[I]), 'argument', 'session');
      RefusedOption(Config, Broken[I], 'x', 'argument', 'name');
      RefusedOption(Config, 'app', Broken[I], 'argument', 'value');
    end;
    Refused(Client.TryResendOtp('', Session), 'argument', 'token');
    Refused(Client.TryResendOtp('sbx_ok_5001', ''), 'argument', 'session');
    Refused(Client.TryResendOtp(StringOfChar('x', 1025), Session), 'argument', 'token');
    RefusedOption(Config, 'timeout_ms', '0', 'config', 'timeout_ms');
    RefusedClient(nil, 'argument', 'config');
    FreeAndNil(Config);
    Config := TPaywallConfig.Create;
    RefusedClient(Config, 'config', 'environment');
  finally
    Config.Free;
    FreeAndNil(Client);
  end;
  { Freed with FreeAndNil, and used again. }
  Refused(Client.TryResendOtp('sbx_ok_5001', Session), 'argument', 'ctx');
  Refused(Client.TryCheck, 'argument', 'ctx');

  { A number that a newer library might return. }
  FillChar(Unknown, SizeOf(Unknown), 0);
  Unknown.Number := 17;
  Check(PaywallInDoubt(Unknown), 'an unknown number is in doubt');
  Raised := nil;
  try
    PaywallRaise(Unknown);
  except
    on Error: EPaywallInDoubt do
      Raised := Error;
  end;
  Check(Raised <> nil, 'an unknown number raises what stands for doubt');

  { An exception inside the call must not leave the mask changed. }
  Check(GetExceptionMask = [exDenormalized, exUnderflow, exPrecision], 'the mask after all calls');
end;

{ What the unit has, against the one description of the vocabulary. }
procedure Contract;
const
  Statuses: array [PW_OK..PW_INTERNAL] of AnsiString = ('ok', 'rejected', 'not_sent', 'in_doubt', 'invalid', 'internal');
  Actions: array [0..11] of AnsiString = (paVerifyOtp, paAwaitCode, paWait, paCheckOperation, paRestart, paRedirect3D,
    paFixAccount, paFixConfiguration, paFixRequest, paRetry, paContactSupport, paNone);
  Values: array [0..5] of AnsiString = ('test', 'https://localhost', '1', 'env', 'tr', 'App/1');
  Reads = 'Member(''';
var
  Content: TStringList;
  Root: TJSONData;
  Rows: TJSONData;
  Source, Name: string;
  Members: TStringList;
  Config: TPaywallConfig;
  I, J, From: Integer;
  IsSet: Boolean;

  { The unit must read each of these members; what is left in the end is read and not in the contract. }
  procedure MustRead(const Part, Prefix: string);
  var
    Names: TJSONData;
    K, Place: Integer;
  begin
    Names := Root.FindPath('members.' + Part);
    for K := 0 to Names.Count - 1 do
    begin
      if (Names.Items[K].AsString = 'error') or (Names.Items[K].AsString = 'transport') then
        Continue;
      Place := Members.IndexOf(Prefix + Names.Items[K].AsString);
      Check(Place >= 0, 'is not read: ' + Prefix + Names.Items[K].AsString);
      if Place >= 0 then
        Members.Delete(Place);
    end;
  end;

begin
  Scenario := 'contract';
  Content := TStringList.Create;
  Members := TStringList.Create;
  Content.LoadFromFile(GetEnvironmentVariable('CONTRACT'));
  Root := GetJSON(Content.Text);

  Rows := Root.FindPath('statuses');
  Check(Rows.Count = Length(Statuses), 'the number of statuses');
  for I := 0 to Rows.Count - 1 do
    Same(Statuses[(Rows.Items[I] as TJSONObject).Integers['number']], Member(Rows.Items[I] as TJSONObject, 'name'), 'status');

  Rows := Root.FindPath('actions');
  Check(Rows.Count = Length(Actions), 'the number of actions');
  for I := 0 to Rows.Count - 1 do
    Same(Actions[I], Rows.Items[I].AsString, 'action');

  { Each option is one that can be set. }
  Rows := Root.FindPath('options');
  Check(Rows.Count > 0, 'options');
  for I := 0 to Rows.Count - 1 do
  begin
    Name := Member(Rows.Items[I] as TJSONObject, 'name');
    IsSet := False;
    Config := TPaywallConfig.Create;
    for J := Low(Values) to High(Values) do
      try
        Config.SetOption(Name, Values[J]);
        IsSet := True;
      except
        on EPaywallInvalidArgument do;
      end;
    Config.Free;
    Check(IsSet, 'option ' + Name);
  end;

  { A record's members cannot be listed, so the source says which members of a document it is filled from. }
  Content.LoadFromFile(ExtractFilePath(GetEnvironmentVariable('CONTRACT')) + '../bindings/pascal/paywall.pas');
  Source := Content.Text;
  From := Pos(Reads + '/', Source);
  while From > 0 do
  begin
    Delete(Source, 1, From + Length(Reads) - 1);
    Members.Add(Copy(Source, 1, Pos('''', Source) - 1));
    From := Pos(Reads + '/', Source);
  end;
  MustRead('document', '/');
  MustRead('error', '/error/');
  MustRead('transport', '/transport/');
  Same(Trim(Members.Text), '', 'what is read and not in the contract');
  Members.Free;
  Content.Free;
  Root.Free;
end;

procedure CheckConnection;
var
  Config: TPaywallConfig;
  Client: TPaywallClient;
begin
  Scenario := 'check';
  Config := Configured;
  Client := TPaywallClient.Create(Config);
  Same(Client.Check.Action, paNone, 'action');
  Client.Free;
  Config.SetOption('base_url', 'https://localhost:1');
  Client := TPaywallClient.Create(Config);
  Check(Client.TryCheck.Number = PW_NOT_SENT, 'nobody listens');
  Client.Free;
  Config.Free;
end;

type
  TCalled = record
    Token, Session: AnsiString;
    Outcome: TPaywallResult;
  end;

  TCaller = class(TThread)
  private
    FClient: TPaywallClient;
    FNumber: Integer;
  protected
    procedure Execute; override;
  public
    Calls: array [0..49] of TCalled;
    Mask: TFPUExceptionMask;
    constructor Create(Client: TPaywallClient; Number: Integer);
  end;

constructor TCaller.Create(Client: TPaywallClient; Number: Integer);
begin
  FClient := Client;
  FNumber := Number;
  inherited Create(False);
end;

{ Every second call is accepted, the others are refused and keep a token of their own. }
procedure TCaller.Execute;
var
  I: Integer;
begin
  SetExceptionMask([exDenormalized, exUnderflow, exPrecision]);
  for I := Low(Calls) to High(Calls) do
  begin
    if Odd(I) then
      Calls[I].Token := 'sbx_ok_5001'
    else
      Calls[I].Token := Format('sbx_of_%d_%d', [FNumber, I]);
    Calls[I].Session := Format('6489433e-f36b-1410-825e-%.4d%.8d', [FNumber, I]);
    Calls[I].Outcome := FClient.TryResendOtp(Calls[I].Token, Calls[I].Session);
  end;
  Mask := GetExceptionMask;
end;

{ Each thread gets the outcomes of its own calls. }
procedure ManyThreads;
var
  Config: TPaywallConfig;
  Client: TPaywallClient;
  Callers: array [0..7] of TCaller;
  NewTokens, RequestIds: TStringList;
  I, J: Integer;
begin
  Scenario := 'threads';
  Config := Configured;
  Client := TPaywallClient.Create(Config);
  Config.Free;
  NewTokens := TStringList.Create;
  RequestIds := TStringList.Create;
  NewTokens.Sorted := True;
  RequestIds.Sorted := True;
  for I := Low(Callers) to High(Callers) do
    Callers[I] := TCaller.Create(Client, I);
  for I := Low(Callers) to High(Callers) do
  begin
    Callers[I].WaitFor;
    Check(Callers[I].FatalException = nil, 'an exception');
    Check(Callers[I].Mask = [exDenormalized, exUnderflow, exPrecision], 'the mask of the thread');
    for J := Low(Callers[I].Calls) to High(Callers[I].Calls) do
      with Callers[I].Calls[J] do
      begin
        Same(Outcome.SessionId, Session, 'session_id');
        RequestIds.Add(Outcome.RequestId);
        if Outcome.Number = PW_OK then
        begin
          Same(Token, 'sbx_ok_5001', 'token');
          NewTokens.Add(Outcome.OtpToken);
        end
        else
        begin
          Same(Outcome.Kind, 'token_invalid', 'kind');
          Same(Outcome.OtpToken, Token, 'otp_token');
        end;
      end;
    Callers[I].Free;
  end;
  Client.Free;
  { A sorted list takes no text twice. }
  Check(NewTokens.Count = 8 * 25, 'each accepted call has a new token of its own');
  Check(RequestIds.Count = 8 * 50, 'each call has a request id of its own');
  NewTokens.Free;
  RequestIds.Free;
end;

function Divides: Boolean;
begin
  Result := False;
  try
    if 1 / Zero > 0 then
      Result := False;
  except
    on EMathError do
      Result := True;
  end;
end;

{ The library of this run divides by zero in each of its functions, in both floating-point units. }
procedure Float;
var
  Config: TPaywallConfig;
  Client: TPaywallClient;
  Mask: TFPUExceptionMask;
begin
  Scenario := 'float';
  SetExceptionMask([exDenormalized, exUnderflow, exPrecision]);
  Mask := GetExceptionMask;
  Config := TPaywallConfig.Create;
  Config.SetOption('app', 'x');
  Config.FromEnvironment;
  Client := TPaywallClient.Create(Config);
  Check(Client.TryCheck.Number = PW_OK, 'check');
  { This library answers with a number that the unit does not know. }
  Check(PaywallInDoubt(Client.TryResendOtp('token', Session)), 'an unknown number');
  Same(Client.TryResendOtp('token', Session).Action, paAwaitCode, 'action');
  Client.Free;
  Config.Free;
  Check(GetExceptionMask = Mask, 'the mask is the program''s again');
  Check(Abs(Sqrt(2 + Zero) - 1.41421356) < 1e-6, 'nothing is raised later');
  Check(Divides, 'the program''s own division by zero is raised as before');
end;

begin
  SetExceptionMask([exDenormalized, exUnderflow, exPrecision]);
  if ParamStr(1) = 'refused' then
  begin
    Contract;
    BadInput;
    CheckConnection;
  end
  else if ParamStr(1) = 'threads' then
    ManyThreads
  else if ParamStr(1) = 'float' then
    Float
  else
    EveryScenario;
  WriteLn(Trim('scenarios ' + ParamStr(1)), ': ', Passed, ' passed, ', Failed, ' failed');
  if (Failed > 0) or (Passed = 0) then
    Halt(1);
end.
