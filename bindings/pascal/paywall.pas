{
  libpaywall for Free Pascal and Delphi: Paywall's Masterpass "Resend OTP". It sends each request
  at most once.

  One unit, without dependencies, in the language of Delphi 7. All texts are UTF-8 in AnsiStrings, in and out: a program
  whose strings are in another code page converts with UTF8Encode and UTF8Decode.

    ResendOtp(Token, Session)       raises an EPaywall descendant for what is not ok
    TryResendOtp(Token, Session)    raises nothing for an outcome: the result says what is true

  Any number of threads may use a client at once, as long as none of them frees it.

  Linking: the shared library by default (libpaywall.so, libpaywall.dylib, paywall.dll beside the program); with
  -dPAYWALL_STATIC (Free Pascal, Linux) libpaywall.a.
}
unit Paywall;

{$IFDEF FPC}
  {$MODE DELPHI}
{$ENDIF}
{$H+}

interface

uses
  SysUtils, Math;

const
  PW_OK = 0;        { the service accepted: a code is on its way }
  PW_REJECTED = 1;  { the service answered, and refused: Action says what to do }
  PW_NOT_SENT = 2;  { no byte of the request left: it is safe to call again }
  PW_IN_DOUBT = 3;  { the request may have arrived; never call again automatically }
  PW_INVALID = 4;   { a bad argument or configuration; nothing was sent }
  PW_INTERNAL = 5;  { the library caught a bug of its own; nothing was sent }

  { The values of Action. A newer library may have more: treat an unknown one like paContactSupport. }
  paVerifyOtp = 'verify_otp';
  paAwaitCode = 'await_code';
  paWait = 'wait';
  paCheckOperation = 'check_operation';
  paRestart = 'restart';
  paRedirect3D = 'redirect_3d';
  paFixAccount = 'fix_account';
  paFixConfiguration = 'fix_configuration';
  paFixRequest = 'fix_request';
  paRetry = 'retry';
  paContactSupport = 'contact_support';
  paNone = 'none';

type
  { The outcome of a call. An empty text, HttpStatus 0 and RetryAfterMs -1 stand for null. }
  TPaywallResult = record
    Number: Integer;          { PW_OK and so on; a number that is none of them is in doubt }
    Status: AnsiString;       { the same as a word }
    Action: AnsiString;       { what to do: pa... }
    Message: AnsiString;      { for the log, in English; holds no secret }
    CustomerMessage: AnsiString; { the service's own words: the only text to show to a shopper }
    OtpToken: AnsiString;     { the token to use next }
    TokenState: AnsiString;   { 'new', 'kept' or 'in_doubt' }
    SessionId: AnsiString;    { the session to use next }
    SessionRenewed: Boolean;
    ResponseCode: AnsiString;
    ReferenceNumber: AnsiString;
    CorrelationId: AnsiString;
    Url3D: AnsiString;
    HttpStatus: Integer;
    RequestId: AnsiString;    { name it to support }
    Kind: AnsiString;         { of the error; so are the next four }
    Code: AnsiString;
    Stage: AnsiString;
    RetryAfterMs: Int64;
    Detail: AnsiString;
    ElapsedUs: Int64;
    Connection: AnsiString;   { 'new' or 'reused' }
    ResponseBody: AnsiString; { the answer as text, up to 64 KiB }
    ResponseTruncated: Boolean;
  end;

  { The exception's message is the result's, one line for the log. PaywallResult has the token to use next. }
  EPaywall = class(Exception)
  private
    FPaywallResult: TPaywallResult;
  public
    constructor CreateResult(const AResult: TPaywallResult);
    property PaywallResult: TPaywallResult read FPaywallResult;
  end;
  EPaywallRejected = class(EPaywall);        { the service answered, and refused }
  EPaywallNotSent = class(EPaywall);         { it is safe to call again }
  EPaywallInDoubt = class(EPaywall);         { never call again automatically }
  EPaywallInvalidArgument = class(EPaywall); { nothing was sent }
  EPaywallLibrary = class(EPaywall);         { a library that does not fit, or a bug in it; nothing was sent }

  { Options by the names of paywall.h. One thread at a time. }
  TPaywallConfig = class
  private
    FHandle: Pointer;
  public
    constructor Create;
    destructor Destroy; override;
    { Sets one option; a later value replaces an earlier one. Raises EPaywallInvalidArgument. }
    procedure SetOption(const Name, Value: AnsiString);
    { Sets what the environment has: PAYWALL_ and the upper-case name. If one fails, none is set. }
    procedure FromEnvironment;
    property Handle: Pointer read FHandle;
  end;

  TPaywallClient = class
  private
    FHandle: Pointer;
  public
    { The configuration is copied: it stays yours. }
    constructor Create(Config: TPaywallConfig);
    constructor CreateFromEnvironment;
    destructor Destroy; override;
    { At most one request; it returns at most 200 ms after timeout_ms. }
    function ResendOtp(const Token, Session: AnsiString): TPaywallResult;
    function TryResendOtp(const Token, Session: AnsiString): TPaywallResult;
    { "Test connection": name, connection, proxy and TLS; the credentials are not tested. }
    function Check: TPaywallResult;
    function TryCheck: TPaywallResult;
  end;

{ Whether the request may have arrived: PW_IN_DOUBT, and every number that this unit does not know. }
function PaywallInDoubt(const AResult: TPaywallResult): Boolean;
{ Raises what stands for a result; does nothing for one that is ok. }
procedure PaywallRaise(const AResult: TPaywallResult);
{ The version of the loaded library. }
function PaywallVersion: AnsiString;

implementation

const
  AbiMajor = 1;
  AbiMinor = 0;

{$IFDEF PAYWALL_STATIC}
  {$LINKLIB paywall, static}
  {$LINKLIB gcc_s}
  {$LINKLIB util}
  {$LINKLIB rt}
  {$LINKLIB pthread}
  {$LINKLIB m}
  {$LINKLIB dl}
  {$LINKLIB c}
function pw_abi_version: Cardinal; cdecl; external;
function pw_version: PAnsiChar; cdecl; external;
function pw_status_name(Status: Integer): PAnsiChar; cdecl; external;
function pw_config_new: Pointer; cdecl; external;
function pw_config_set(Config: Pointer; Name, Value: PAnsiChar; var Json: PAnsiChar): Integer; cdecl; external;
function pw_config_from_env(Config: Pointer; var Json: PAnsiChar): Integer; cdecl; external;
procedure pw_config_free(Config: Pointer); cdecl; external;
function pw_ctx_new(Config: Pointer; var Ctx: Pointer; var Json: PAnsiChar): Integer; cdecl; external;
function pw_ctx_check(Ctx: Pointer; var Json: PAnsiChar): Integer; cdecl; external;
procedure pw_ctx_free(Ctx: Pointer); cdecl; external;
function pw_resend_otp(Ctx: Pointer; Token, Session: PAnsiChar; var Json: PAnsiChar): Integer; cdecl; external;
function pw_json_get(Json, Pointer_: PAnsiChar): PAnsiChar; cdecl; external;
procedure pw_string_free(Text: PAnsiChar); cdecl; external;
{$ELSE}
const
  {$IFDEF MSWINDOWS}
  LibraryName = 'paywall.dll';
  {$ELSE}
  LibraryName = 'paywall';
  {$ENDIF}

function pw_abi_version: Cardinal; cdecl; external LibraryName name 'pw_abi_version';
function pw_version: PAnsiChar; cdecl; external LibraryName name 'pw_version';
function pw_status_name(Status: Integer): PAnsiChar; cdecl; external LibraryName name 'pw_status_name';
function pw_config_new: Pointer; cdecl; external LibraryName name 'pw_config_new';
function pw_config_set(Config: Pointer; Name, Value: PAnsiChar; var Json: PAnsiChar): Integer; cdecl;
  external LibraryName name 'pw_config_set';
function pw_config_from_env(Config: Pointer; var Json: PAnsiChar): Integer; cdecl;
  external LibraryName name 'pw_config_from_env';
procedure pw_config_free(Config: Pointer); cdecl; external LibraryName name 'pw_config_free';
function pw_ctx_new(Config: Pointer; var Ctx: Pointer; var Json: PAnsiChar): Integer; cdecl;
  external LibraryName name 'pw_ctx_new';
function pw_ctx_check(Ctx: Pointer; var Json: PAnsiChar): Integer; cdecl; external LibraryName name 'pw_ctx_check';
procedure pw_ctx_free(Ctx: Pointer); cdecl; external LibraryName name 'pw_ctx_free';
function pw_resend_otp(Ctx: Pointer; Token, Session: PAnsiChar; var Json: PAnsiChar): Integer; cdecl;
  external LibraryName name 'pw_resend_otp';
function pw_json_get(Json, Pointer_: PAnsiChar): PAnsiChar; cdecl; external LibraryName name 'pw_json_get';
procedure pw_string_free(Text: PAnsiChar); cdecl; external LibraryName name 'pw_string_free';
{$ENDIF}

type
  { Delphi changed the name. }
  {$IF Declared(TFPUExceptionMask)}
  TFloatMask = TFPUExceptionMask;
  {$ELSE}
  TFloatMask = TArithmeticExceptionMask;
  {$IFEND}

const
  AllMasked = [exInvalidOp, exDenormalized, exZeroDivide, exOverflow, exUnderflow, exPrecision];

var
  { A result in which nothing is set. Assigning it to a variable releases what that held. }
  Nothing: TPaywallResult;

{ Native code expects floating-point exceptions masked, as C has them; Pascal programs run with them unmasked, and would
  get an exception out of the middle of a call. Every call stands between these two. }
function MaskFloat: TFloatMask;
begin
  Result := SetExceptionMask(AllMasked);
end;

procedure RestoreFloat(const Mask: TFloatMask);
begin
  { What was noted meanwhile must not be raised by the program's next calculation. }
  ClearExceptions(False);
  SetExceptionMask(Mask);
end;

{ A text of the library, copied byte by byte and freed. }
function Take(Text: PAnsiChar): AnsiString;
begin
  Result := '';
  if Text = nil then
    Exit;
  try
    SetString(Result, Text, StrLen(Text));
  finally
    pw_string_free(Text);
  end;
end;

function Refusal(Number: Integer; const Action, Kind, Code, Stage, Rule: AnsiString): TPaywallResult;
begin
  Result := Nothing;
  Result.Number := Number;
  Result.Status := pw_status_name(Number);
  Result.Action := Action;
  Result.Message := 'nothing was sent: ' + Code + ': ' + Rule;
  Result.Kind := Kind;
  Result.Code := Code;
  Result.Stage := Stage;
  Result.RetryAfterMs := -1;
end;

{ The C interface would cut a text at a NUL: it is refused, never shortened. }
function HoldsNul(const Text, Name: AnsiString; var Refused: TPaywallResult): Boolean;
var
  I: Integer;
begin
  Result := False;
  for I := 1 to Length(Text) do
    Result := Result or (Text[I] = #0);
  if Result then
    Refused := Refusal(PW_INVALID, paFixRequest, 'argument', Name, 'argument', 'must not hold a NUL character');
end;

{ Reads a result document and frees it. Called with floating-point exceptions masked. }
function ReadDocument(Number: Integer; Json: PAnsiChar): TPaywallResult;

  function Member(const Pointer_: AnsiString): AnsiString;
  begin
    Result := Take(pw_json_get(Json, PAnsiChar(Pointer_)));
  end;

begin
  Result := Nothing;
  try
    Result.Number := Number;
    Result.RetryAfterMs := -1;
    if Json = nil then
    begin
      Result.Status := pw_status_name(Number);
      if Number = PW_OK then
        Result.Action := paNone
      else
        Result.Action := paAwaitCode;
      Exit;
    end;
    { First what must not be lost. }
    Result.OtpToken := Member('/otp_token');
    Result.SessionId := Member('/session_id');
    Result.Status := Member('/status');
    Result.Action := Member('/action');
    Result.Message := Member('/message');
    Result.CustomerMessage := Member('/customer_message');
    Result.TokenState := Member('/token_state');
    Result.SessionRenewed := Member('/session_renewed') = 'true';
    Result.ResponseCode := Member('/response_code');
    Result.ReferenceNumber := Member('/reference_number');
    Result.CorrelationId := Member('/correlation_id');
    Result.Url3D := Member('/url_3d');
    Result.HttpStatus := StrToIntDef(string(Member('/http_status')), 0);
    Result.RequestId := Member('/request_id');
    Result.Kind := Member('/error/kind');
    Result.Code := Member('/error/code');
    Result.Stage := Member('/error/stage');
    Result.RetryAfterMs := StrToInt64Def(string(Member('/error/retry_after_ms')), -1);
    Result.Detail := Member('/error/detail');
    Result.ElapsedUs := StrToInt64Def(string(Member('/transport/elapsed_us')), 0);
    Result.Connection := Member('/transport/connection');
    Result.ResponseBody := Member('/response_body');
    Result.ResponseTruncated := Member('/response_truncated') = 'true';
  finally
    pw_string_free(Json);
  end;
end;

function PaywallInDoubt(const AResult: TPaywallResult): Boolean;
begin
  Result := (AResult.Number = PW_IN_DOUBT) or (AResult.Number < PW_OK) or (AResult.Number > PW_INTERNAL);
end;

procedure PaywallRaise(const AResult: TPaywallResult);
begin
  case AResult.Number of
    PW_OK: ;
    PW_REJECTED: raise EPaywallRejected.CreateResult(AResult);
    PW_NOT_SENT: raise EPaywallNotSent.CreateResult(AResult);
    PW_INVALID: raise EPaywallInvalidArgument.CreateResult(AResult);
    PW_INTERNAL: raise EPaywallLibrary.CreateResult(AResult);
  else
    raise EPaywallInDoubt.CreateResult(AResult);
  end;
end;

function PaywallVersion: AnsiString;
begin
  Result := pw_version;
end;

constructor EPaywall.CreateResult(const AResult: TPaywallResult);
var
  Line: AnsiString;
begin
  Line := AResult.Message;
  if Line = '' then
    Line := AResult.Status;
  {$IFDEF UNICODE}
  inherited Create(UTF8ToString(Line));
  {$ELSE}
  inherited Create(Line);
  {$ENDIF}
  FPaywallResult := AResult;
end;

{ The same major, and at least the minor that this unit was written for. }
procedure RequireFit;
var
  Loaded: Cardinal;
begin
  Loaded := pw_abi_version;
  if (Loaded shr 16 <> AbiMajor) or (Integer(Loaded and $FFFF) < AbiMinor) then
    PaywallRaise(Refusal(PW_INTERNAL, paFixConfiguration, 'config', 'library', 'config',
      'libpaywall is not one that this program fits'));
end;

constructor TPaywallConfig.Create;
var
  Mask: TFloatMask;
begin
  inherited Create;
  Mask := MaskFloat;
  try
    RequireFit;
    FHandle := pw_config_new;
  finally
    RestoreFloat(Mask);
  end;
end;

destructor TPaywallConfig.Destroy;
var
  Mask: TFloatMask;
begin
  Mask := MaskFloat;
  try
    if FHandle <> nil then
      pw_config_free(FHandle);
    FHandle := nil;
  finally
    RestoreFloat(Mask);
  end;
  inherited Destroy;
end;

procedure TPaywallConfig.SetOption(const Name, Value: AnsiString);
var
  Mask: TFloatMask;
  Json: PAnsiChar;
  Number: Integer;
  Outcome: TPaywallResult;
begin
  Outcome := Nothing;
  if not HoldsNul(Name, 'name', Outcome) and not HoldsNul(Value, 'value', Outcome) then
  begin
    Mask := MaskFloat;
    try
      Json := nil;
      Number := pw_config_set(FHandle, PAnsiChar(Name), PAnsiChar(Value), Json);
      Outcome := ReadDocument(Number, Json);
    finally
      RestoreFloat(Mask);
    end;
  end;
  PaywallRaise(Outcome);
end;

procedure TPaywallConfig.FromEnvironment;
var
  Mask: TFloatMask;
  Json: PAnsiChar;
  Number: Integer;
  Outcome: TPaywallResult;
begin
  Mask := MaskFloat;
  try
    Json := nil;
    Number := pw_config_from_env(FHandle, Json);
    Outcome := ReadDocument(Number, Json);
  finally
    RestoreFloat(Mask);
  end;
  PaywallRaise(Outcome);
end;

constructor TPaywallClient.Create(Config: TPaywallConfig);
var
  Mask: TFloatMask;
  Json: PAnsiChar;
  Number: Integer;
  Handle: Pointer;
  Outcome: TPaywallResult;
begin
  inherited Create;
  Mask := MaskFloat;
  try
    RequireFit;
    Handle := nil;
    if Config <> nil then
      Handle := Config.Handle;
    Json := nil;
    Number := pw_ctx_new(Handle, FHandle, Json);
    Outcome := ReadDocument(Number, Json);
  finally
    RestoreFloat(Mask);
  end;
  PaywallRaise(Outcome);
end;

constructor TPaywallClient.CreateFromEnvironment;
var
  Config: TPaywallConfig;
begin
  Config := TPaywallConfig.Create;
  try
    Config.FromEnvironment;
    Create(Config);
  finally
    Config.Free;
  end;
end;

destructor TPaywallClient.Destroy;
var
  Mask: TFloatMask;
begin
  Mask := MaskFloat;
  try
    if FHandle <> nil then
      pw_ctx_free(FHandle);
    FHandle := nil;
  finally
    RestoreFloat(Mask);
  end;
  inherited Destroy;
end;

{ The library refuses a client that was freed with FreeAndNil, as a missing context. }
function HandleOf(Client: TPaywallClient): Pointer;
begin
  Result := nil;
  if Client <> nil then
    Result := Client.FHandle;
end;

function TPaywallClient.TryResendOtp(const Token, Session: AnsiString): TPaywallResult;
var
  Mask: TFloatMask;
  Json: PAnsiChar;
  Number: Integer;
begin
  Result := Nothing;
  if HoldsNul(Token, 'token', Result) or HoldsNul(Session, 'session', Result) then
    Exit;
  Mask := MaskFloat;
  try
    Json := nil;
    Number := pw_resend_otp(HandleOf(Self), PAnsiChar(Token), PAnsiChar(Session), Json);
    Result := ReadDocument(Number, Json);
  finally
    RestoreFloat(Mask);
  end;
end;

function TPaywallClient.ResendOtp(const Token, Session: AnsiString): TPaywallResult;
begin
  Result := TryResendOtp(Token, Session);
  PaywallRaise(Result);
end;

function TPaywallClient.TryCheck: TPaywallResult;
var
  Mask: TFloatMask;
  Json: PAnsiChar;
  Number: Integer;
begin
  Mask := MaskFloat;
  try
    Json := nil;
    Number := pw_ctx_check(HandleOf(Self), Json);
    Result := ReadDocument(Number, Json);
  finally
    RestoreFloat(Mask);
  end;
end;

function TPaywallClient.Check: TPaywallResult;
begin
  Result := TryCheck;
  PaywallRaise(Result);
end;

end.
